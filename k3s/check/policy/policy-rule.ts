import type { KubeObject } from "../document/kube-object.ts";
import { type ContainerAt, containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";

/** Where a rule is broken, and what to write. */
interface Breach {
  object: KubeObject;
  path: string;
  problem: string;
  fix: string;
}

/** One thing that every manifest keeps to. */
export interface PolicyRule {
  id: string;
  /** What holds, and why. */
  sentence: string;
  find(rendered: Rendered): Breach[];
}

/** What a rule says of one place; the object is known. */
export type BreachAt = Omit<Breach, "object">;

/** A rule about every container. */
export function containerRule(
  id: string,
  sentence: string,
  find: (at: ContainerAt, pod: PodTemplate, rendered: Rendered) => BreachAt | null,
): PolicyRule {
  return {
    id,
    sentence,
    find: (rendered) =>
      rendered.pods.flatMap((pod) =>
        containersOf(pod).flatMap((at) => {
          const breach = find(at, pod, rendered);
          return breach === null ? [] : [{ object: pod.owner, ...breach }];
        }),
      ),
  };
}

/** A rule about every pod. */
export function podRule(
  id: string,
  sentence: string,
  find: (pod: PodTemplate, rendered: Rendered) => BreachAt | null,
): PolicyRule {
  return {
    id,
    sentence,
    find: (rendered) =>
      rendered.pods.flatMap((pod) => {
        const breach = find(pod, rendered);
        return breach === null ? [] : [{ object: pod.owner, ...breach }];
      }),
  };
}

/** A rule about every object of some kinds. */
export function objectRule(
  id: string,
  sentence: string,
  kinds: readonly string[],
  find: (object: KubeObject, rendered: Rendered) => BreachAt | null,
): PolicyRule {
  return {
    id,
    sentence,
    find: (rendered) =>
      rendered.objects
        .filter(({ kind }) => kinds.includes(kind))
        .flatMap((object) => {
          const breach = find(object, rendered);
          return breach === null ? [] : [{ object, ...breach }];
        }),
  };
}
