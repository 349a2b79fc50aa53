import { resolvedEnvironment } from "../../config/environment.ts";
import type { ContainerAt, PodTemplate } from "../../document/pod-template.ts";
import { runsForEver } from "../../document/pod-template.ts";
import { type BreachAt, containerRule, type PolicyRule } from "../policy-rule.ts";

type ProbeName = "startupProbe" | "readinessProbe" | "livenessProbe";
const PROBES: readonly ProbeName[] = ["startupProbe", "readinessProbe", "livenessProbe"];

function needsProbe(at: ContainerAt, pod: PodTemplate, name: ProbeName): BreachAt | null {
  const isMain = !at.isInit && at.path.includes(".containers[");
  if (!runsForEver(pod) || !isMain || at.container[name] !== undefined) return null;
  return {
    path: `${at.path}.${name}`,
    problem: `there is no ${name}`,
    fix: `${name}: { httpGet: { path: ${name === "readinessProbe" ? "/readyz" : "/healthz"}, port: http } }`,
  };
}

/** Probes are there and mean what they say. */
export const PROBE_RULES: readonly PolicyRule[] = [
  containerRule(
    "startup-probe",
    "A slow start is told from a hang by a probe of its own.",
    (at, pod) => needsProbe(at, pod, "startupProbe"),
  ),
  containerRule(
    "readiness-probe",
    "A pod gets requests only while it can answer them.",
    (at, pod) => needsProbe(at, pod, "readinessProbe"),
  ),
  containerRule("liveness-probe", "A process that hangs is started again.", (at, pod) =>
    needsProbe(at, pod, "livenessProbe"),
  ),
  containerRule(
    "liveness-asks-only-itself",
    "Liveness asks for the process alone: a restart mends no database, and all pods restart at once.",
    ({ container, path }) => {
      const asked = container.livenessProbe?.httpGet?.path ?? "";
      if (!asked.includes("ready")) return null;
      return {
        path: `${path}.livenessProbe.httpGet.path`,
        problem: `${asked} fails when something else is away`,
        fix: "/healthz",
      };
    },
  ),
  containerRule(
    "probe-has-deadline",
    "A probe says how long it waits: one second is too short for a busy node.",
    ({ container, path }) => {
      const name = PROBES.find((probe) => {
        const { timeoutSeconds, periodSeconds, failureThreshold } = container[probe] ?? {};
        const isThere = container[probe] !== undefined;
        return isThere && !(timeoutSeconds && periodSeconds && failureThreshold);
      });
      if (name === undefined) return null;
      return {
        path: `${path}.${name}`,
        problem: "period, timeout or number of failures are left to defaults",
        fix: "periodSeconds, timeoutSeconds and failureThreshold",
      };
    },
  ),
  containerRule(
    "probe-names-host",
    "Where SENTINEL_ALLOWED_HOSTS is set, probes send a Host that is always right.",
    ({ container, path }, pod, rendered) => {
      const variables = resolvedEnvironment(rendered, pod, container);
      if (!variables.some(({ name }) => name === "SENTINEL_ALLOWED_HOSTS")) return null;
      const name = PROBES.find((probe) => {
        const { httpGet } = container[probe] ?? {};
        const host = httpGet?.httpHeaders?.find((header) => header.name === "Host");
        return httpGet !== undefined && host?.value !== "localhost";
      });
      if (name === undefined) return null;
      return {
        path: `${path}.${name}.httpGet.httpHeaders`,
        problem: "the kubelet asks by the pod's address, and is answered 421",
        fix: "- { name: Host, value: localhost }",
      };
    },
  ),
];
