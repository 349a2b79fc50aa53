import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { IIoK8sApiCoreV1PodSpec as PodSpec } from "kubernetes-models/v1/PodSpec";
import type { KubeObject } from "./kube-object.ts";

/** The pods that an object makes. */
export interface PodTemplate {
  owner: KubeObject;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  spec: PodSpec;
  /** Where the pod's spec begins in the owner: `spec.template.spec`. */
  path: string;
}

/** A container of a pod, with its place. */
export interface ContainerAt {
  container: Container;
  path: string;
  /** Runs once before the others; a sidecar is none of these. */
  isInit: boolean;
}

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Pod: [],
};

/** The pods that an object makes, or null where it makes none. */
export function podTemplate(owner: KubeObject): PodTemplate | null {
  const steps = TEMPLATES[owner.kind];
  if (steps === undefined) return null;
  let template: KubeObject | undefined = owner;
  for (const step of steps) template = template?.[step];
  const spec = template?.spec;
  if (spec === undefined || spec === null) return null;
  return {
    owner,
    namespace: owner.metadata.namespace ?? "default",
    labels: template?.metadata?.labels ?? {},
    annotations: template?.metadata?.annotations ?? {},
    spec,
    path: [...steps, "spec"].join("."),
  };
}

/** Every container of a pod, those that run before the others first. */
export function containersOf({ spec, path }: PodTemplate): ContainerAt[] {
  return [
    ...(spec.initContainers ?? []).map((container, index) => ({
      container,
      path: `${path}.initContainers[${index}]`,
      isInit: container.restartPolicy !== "Always",
    })),
    ...(spec.containers ?? []).map((container, index) => ({
      container,
      path: `${path}.containers[${index}]`,
      isInit: false,
    })),
  ];
}

/** True where the pods are to run until they are stopped. */
export function runsForEver({ owner }: PodTemplate): boolean {
  return ["Deployment", "StatefulSet", "DaemonSet", "Pod"].includes(owner.kind);
}
