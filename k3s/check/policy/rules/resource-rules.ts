import { containerRule, type PolicyRule, podRule } from "../policy-rule.ts";
import { quantity } from "../quantity.ts";

const RESOURCES = ["cpu", "memory", "ephemeral-storage"];

/** What pods take of their node is known before they run, and bounded while they do. */
export const RESOURCE_RULES: readonly PolicyRule[] = [
  containerRule(
    "requests-set",
    "Every container says what it needs: the scheduler fills nodes by that.",
    ({ container, path }) => {
      const missing = RESOURCES.filter(
        (name) => container.resources?.requests?.[name] === undefined,
      );
      if (missing.length === 0) return null;
      return {
        path: `${path}.resources.requests.${missing[0]}`,
        problem: `no request of ${missing.join(", ")}`,
        fix: "what it uses on a quiet day: cpu: 100m, memory: 128Mi, ephemeral-storage: 64Mi",
      };
    },
  ),
  containerRule(
    "limits-set",
    "Every container has a bound, so that one that goes mad harms nobody else.",
    ({ container, path }) => {
      const missing = RESOURCES.filter((name) => container.resources?.limits?.[name] === undefined);
      if (missing.length === 0) return null;
      return {
        path: `${path}.resources.limits.${missing[0]}`,
        problem: `no limit of ${missing.join(", ")}`,
        fix: "what it may use on the worst day",
      };
    },
  ),
  containerRule(
    "requests-within-limits",
    "A request is no more than its limit; the API server refuses it otherwise.",
    ({ container, path }) => {
      const { requests = {}, limits = {} } = container.resources ?? {};
      const wrong = Object.keys(requests).find(
        (name) =>
          quantity(requests[name] ?? 0) > quantity(limits[name] ?? Number.POSITIVE_INFINITY),
      );
      if (wrong === undefined) return null;
      return {
        path: `${path}.resources.requests.${wrong}`,
        problem: `${requests[wrong]} is more than the limit ${limits[wrong]}`,
        fix: `${limits[wrong]} or less`,
      };
    },
  ),
  podRule(
    "empty-dir-bounded",
    "A scratch folder has a size, or it fills its node's disk.",
    ({ spec, path }) => {
      const index = (spec.volumes ?? []).findIndex(
        ({ emptyDir }) => emptyDir !== undefined && emptyDir.sizeLimit === undefined,
      );
      if (index < 0) return null;
      return {
        path: `${path}.volumes[${index}].emptyDir.sizeLimit`,
        problem: "the folder may grow until the node's disk is full",
        fix: "sizeLimit: 64Mi, or what it may take",
      };
    },
  ),
];
