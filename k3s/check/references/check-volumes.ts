import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";

/** Mounts name volumes that the pod has, volumes are mounted, and claims are there. */
export function checkVolumes(rendered: Rendered): Remark[] {
  return rendered.pods.flatMap((pod) => {
    const volumes = pod.spec.volumes ?? [];
    const templates: { metadata: { name: string } }[] = pod.owner.spec?.volumeClaimTemplates ?? [];
    const names = new Set([
      ...volumes.map(({ name }) => name),
      ...templates.map(({ metadata }) => metadata.name),
    ]);
    const mounted = new Set<string>();
    const unknown = containersOf(pod).flatMap(({ container, path }) =>
      (container.volumeMounts ?? []).flatMap(({ name }, index) => {
        mounted.add(name);
        if (names.has(name)) return [];
        return [
          {
            object: pod.owner,
            rule: "mount-exists",
            path: `${path}.volumeMounts[${index}].name`,
            problem: `the pod has no volume ${name}`,
            fix: `one of its volumes: ${[...names].join(", ")}`,
          },
        ];
      }),
    );
    const idle = volumes.flatMap(({ name }, index) =>
      mounted.has(name)
        ? []
        : [
            {
              object: pod.owner,
              rule: "volume-mounted",
              path: `${pod.path}.volumes[${index}].name`,
              problem: `no container mounts the volume ${name}`,
              fix: "a volumeMount with this name, or no such volume",
            },
          ],
    );
    return [...unknown, ...idle, ...missingClaims(rendered, pod)];
  });
}

function missingClaims(rendered: Rendered, pod: PodTemplate): Remark[] {
  return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }, index) => {
    if (claim === undefined) return [];
    const { claimName } = claim;
    if (rendered.find("PersistentVolumeClaim", pod.namespace, claimName) !== undefined) return [];
    return [
      {
        object: pod.owner,
        rule: "claim-exists",
        path: `${pod.path}.volumes[${index}].persistentVolumeClaim.claimName`,
        problem: `there is no PersistentVolumeClaim ${claimName} in namespace ${pod.namespace}`,
        fix: "the name of a claim that is there, or a claim of this name",
      },
    ];
  });
}
