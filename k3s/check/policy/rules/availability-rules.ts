import type { KubeObject } from "../../document/kube-object.ts";
import { podTemplate } from "../../document/pod-template.ts";
import type { Rendered } from "../../document/rendered.ts";
import { selects } from "../../document/selects.ts";
import { objectRule, type PolicyRule } from "../policy-rule.ts";

const WORKLOADS = ["Deployment", "StatefulSet"];

function scalerOf(rendered: Rendered, { kind, metadata }: KubeObject): KubeObject | undefined {
  return rendered
    .ofKind("HorizontalPodAutoscaler")
    .find(
      (scaler) =>
        scaler.metadata.namespace === metadata.namespace &&
        scaler.spec?.scaleTargetRef?.kind === kind &&
        scaler.spec.scaleTargetRef.name === metadata.name,
    );
}

/** How many pods an object keeps at least. */
function replicasOf(rendered: Rendered, object: KubeObject): number {
  return scalerOf(rendered, object)?.spec?.minReplicas ?? object.spec?.replicas ?? 1;
}

/** Nodes are emptied, versions change and pods come and go without anybody noticing. */
export const AVAILABILITY_RULES: readonly PolicyRule[] = [
  objectRule(
    "disruption-budget",
    "Every workload says how many of its pods may be taken away at once.",
    WORKLOADS,
    (object, rendered) => {
      const labels = podTemplate(object)?.labels ?? {};
      const isThere = rendered
        .ofKind("PodDisruptionBudget")
        .some(
          ({ metadata, spec }) =>
            metadata.namespace === object.metadata.namespace &&
            selects(spec?.selector ?? {}, labels),
        );
      if (isThere) return null;
      const name = object.metadata.name;
      return {
        path: "",
        problem: "no PodDisruptionBudget is about its pods",
        fix: `a PodDisruptionBudget with maxUnavailable: 1 and app.kubernetes.io/name: ${name}`,
      };
    },
  ),
  objectRule(
    "budget-lets-drain",
    "A budget always lets one pod go, or a node can never be emptied.",
    ["PodDisruptionBudget"],
    ({ metadata, spec }, rendered) => {
      const kept = rendered.objects
        .filter((object) => WORKLOADS.includes(object.kind))
        .filter(
          (object) =>
            object.metadata.namespace === metadata.namespace &&
            selects(spec?.selector ?? {}, podTemplate(object)?.labels ?? {}),
        )
        .reduce((sum, object) => sum + replicasOf(rendered, object), 0);
      const isStuck =
        spec?.maxUnavailable === 0 ||
        spec?.maxUnavailable === "0%" ||
        Number(spec?.minAvailable) >= kept;
      if (!isStuck) return null;
      return {
        path: `spec.${spec.maxUnavailable === undefined ? "minAvailable" : "maxUnavailable"}`,
        problem: `of ${kept} pods none may go`,
        fix: "maxUnavailable: 1",
      };
    },
  ),
  objectRule(
    "rolls-without-gap",
    "A new version stands before an old pod goes; what may be there only once stops first.",
    ["Deployment"],
    (object, rendered) => {
      const { type, rollingUpdate = {} } = object.spec?.strategy ?? {};
      const many = replicasOf(rendered, object);
      if (type === "Recreate") {
        if (many === 1) return null;
        const fix = "RollingUpdate with maxUnavailable: 0";
        return { path: "spec.strategy.type", problem: `all ${many} pods stop at once`, fix };
      }
      if (type === "RollingUpdate" && rollingUpdate.maxUnavailable === 0) return null;
      return {
        path: "spec.strategy",
        problem: "while it rolls, fewer pods answer than are wanted",
        fix: "type: RollingUpdate with rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }; Recreate where only one may run",
      };
    },
  ),
  objectRule(
    "spread-over-nodes",
    "Pods of a kind stand on different nodes.",
    WORKLOADS,
    (object, rendered) => {
      const { spec } = podTemplate(object) ?? {};
      const isSpread =
        (spec?.topologySpreadConstraints ?? []).length > 0 ||
        spec?.affinity?.podAntiAffinity !== undefined;
      if (replicasOf(rendered, object) < 2 || isSpread) return null;
      return {
        path: "spec.template.spec.topologySpreadConstraints",
        problem: "all pods may stand on one node and go with it",
        fix: "- { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: … }",
      };
    },
  ),
  objectRule(
    "autoscaler-owns-replicas",
    "What is scaled by itself says no number: each sync would set it back.",
    WORKLOADS,
    (object, rendered) =>
      object.spec?.replicas !== undefined && scalerOf(rendered, object) !== undefined
        ? {
            path: "spec.replicas",
            problem: "a HorizontalPodAutoscaler changes the same number",
            fix: "no `replicas`; minReplicas of the autoscaler",
          }
        : null,
  ),
  objectRule(
    "autoscaler-keeps-two",
    "What is scaled by itself never falls to one pod.",
    ["HorizontalPodAutoscaler"],
    ({ spec }) =>
      Number(spec?.minReplicas) >= 2
        ? null
        : {
            path: "spec.minReplicas",
            problem: `${spec?.minReplicas ?? 1} pod is gone when its node goes`,
            fix: "2",
          },
  ),
];
