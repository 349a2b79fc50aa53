import { containersOf, runsForEver } from "../../document/pod-template.ts";
import { hasLabels } from "../../document/selects.ts";
import { type PolicyRule, podRule } from "../policy-rule.ts";

const STOP_SECONDS = "sentinel.dev/stop-seconds";
/** Between the end of the program and the kubelet's kill. */
const SPARE_SECONDS = 2;

/** Stopping loses nothing. */
export const STOP_RULES: readonly PolicyRule[] = [
  podRule(
    "stops-in-time",
    "The kubelet waits longer than the program itself takes to stop.",
    (pod) => {
      const { spec, path, annotations } = pod;
      const own = Number(annotations[STOP_SECONDS]);
      if (Number.isNaN(own)) {
        return {
          path: `${path.replace(/\.?spec$/, "")}.metadata.annotations["${STOP_SECONDS}"]`,
          problem: "nobody says how long the program takes to stop",
          fix: `${STOP_SECONDS}: "8", the program's own deadline`,
        };
      }
      const before = Math.max(
        0,
        ...containersOf(pod).map(
          ({ container }) => container.lifecycle?.preStop?.sleep?.seconds ?? 0,
        ),
      );
      const needed = before + own + SPARE_SECONDS;
      const given = spec.terminationGracePeriodSeconds ?? 0;
      if (given >= needed) return null;
      return {
        path: `${path}.terminationGracePeriodSeconds`,
        problem: `${given} s are less than ${before} s before the stop, ${own} s for it and ${SPARE_SECONDS} s to spare`,
        fix: `${needed} or more`,
      };
    },
  ),
  podRule(
    "drains-before-stop",
    "Behind an Ingress a pod goes on answering until every proxy knows that it is going.",
    (pod, rendered) => {
      if (pod.owner.kind !== "Deployment" || !runsForEver(pod)) return null;
      const text = JSON.stringify(rendered.ofKind("Ingress").map(({ spec }) => spec));
      const isBackend = rendered
        .ofKind("Service")
        .some(
          ({ metadata, spec }) =>
            metadata.namespace === pod.namespace &&
            hasLabels(pod.labels, spec?.selector ?? { none: "none" }) &&
            text.includes(`"service":{"name":"${metadata.name}"`),
        );
      const waits = containersOf(pod).some(({ container }) => container.lifecycle?.preStop);
      if (!isBackend || waits) return null;
      return {
        path: `${pod.path}.containers[0].lifecycle.preStop`,
        problem: "requests that are on their way when it stops are cut",
        fix: "preStop: { sleep: { seconds: 5 } }",
      };
    },
  ),
];
