import type { KubeObject } from "../document/kube-object.ts";
import type { PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import { selects } from "../document/selects.ts";
import type { Remark } from "../finding.ts";

const WAVE = "argocd.argoproj.io/sync-wave";

/** The wave in which Argo CD applies an object. */
export function waveOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[WAVE] ?? 0);
}

/**
 * Nothing that pods wait for comes in a later wave than they do: Argo CD waits for a wave to be healthy before it
 * applies the next one, so both would wait for ever.
 */
export function checkWaves(rendered: Rendered): Remark[] {
  return rendered.pods.flatMap((pod) => {
    const wave = waveOf(pod.owner);
    return neededBy(rendered, pod)
      .filter((needed) => waveOf(needed) > wave)
      .map((needed) => ({
        object: needed,
        rule: "wave-before-its-users",
        path: `metadata.annotations["${WAVE}"]`,
        problem: `wave ${waveOf(needed)} comes after wave ${wave} of ${pod.owner.kind}/${pod.owner.metadata.name}, which waits for it`,
        fix: `"${wave}" or lower`,
      }));
  });
}

function neededBy(rendered: Rendered, pod: PodTemplate): KubeObject[] {
  const text = JSON.stringify(pod.spec);
  return rendered.objects.filter((object) => {
    const { kind, metadata, spec } = object;
    if (kind === "Namespace") return metadata.name === pod.namespace;
    if (metadata.namespace !== pod.namespace) return false;
    if (kind === "NetworkPolicy") return selects(spec?.podSelector ?? {}, pod.labels);
    if (kind === "ServiceAccount") {
      return metadata.name === (pod.spec.serviceAccountName ?? "default");
    }
    const name = kind === "Certificate" ? spec?.secretName : metadata.name;
    const isContent = /^(ConfigMap|Secret|SealedSecret|ExternalSecret|Certificate)$/.test(kind);
    return isContent && text.includes(`ame":"${name}"`);
  });
}
