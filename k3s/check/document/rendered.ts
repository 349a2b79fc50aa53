import { type KubeObject, objectName } from "./kube-object.ts";
import { type PodTemplate, podTemplate } from "./pod-template.ts";

/** What one kustomization renders to. */
export class Rendered {
  /** From `k3s/`: `overlays/ci/cloud`. */
  readonly target: string;
  readonly objects: readonly KubeObject[];
  readonly pods: readonly PodTemplate[];

  constructor(target: string, objects: readonly KubeObject[]) {
    this.target = target;
    this.objects = objects;
    this.pods = objects.flatMap((object) => podTemplate(object) ?? []);
  }

  /** True where this goes to a cluster that people rely on. */
  get isProduction(): boolean {
    return /^(overlays\/production|clusters)\//.test(this.target);
  }

  ofKind(kind: string): KubeObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  /** The object of that kind and name in that namespace. */
  find(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.objects.find(
      (object) =>
        object.kind === kind &&
        object.metadata.name === name &&
        object.metadata.namespace === namespace,
    );
  }

  /** `Deployment/api-gateway, …` of a kind in a namespace, for messages. */
  namesOf(kind: string, namespace?: string): string {
    const names = this.ofKind(kind)
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace)
      .map(objectName);
    return names.length === 0 ? "none" : names.join(", ");
  }
}
