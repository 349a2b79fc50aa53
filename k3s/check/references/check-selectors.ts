import type { KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import { type LabelSelector, selects } from "../document/selects.ts";
import type { Remark } from "../finding.ts";
import type { ForeignPod } from "../network/flow-table.ts";

/** Every selector selects something; `foreign` are pods that others make in our namespaces. */
export function checkSelectors(rendered: Rendered, foreign: readonly ForeignPod[]): Remark[] {
  return [
    ...rendered.pods.flatMap(({ owner, labels }) => ownSelector(owner, labels)),
    ...rendered.ofKind("Service").flatMap((service) => {
      const { selector } = service.spec ?? {};
      return selector === undefined
        ? []
        : mustSelect(rendered, service, { matchLabels: selector }, "spec.selector", []);
    }),
    ...rendered
      .ofKind("PodDisruptionBudget")
      .flatMap((budget) =>
        mustSelect(rendered, budget, budget.spec?.selector ?? {}, "spec.selector", []),
      ),
    ...rendered
      .ofKind("NetworkPolicy")
      .filter(({ spec }) => Object.keys(spec?.podSelector ?? {}).length > 0)
      .flatMap((policy) =>
        mustSelect(rendered, policy, policy.spec.podSelector, "spec.podSelector", foreign),
      ),
    ...rendered
      .ofKind("HorizontalPodAutoscaler")
      .flatMap((scaler) => scaledTarget(rendered, scaler)),
  ];
}

function ownSelector(owner: KubeObject, labels: Readonly<Record<string, string>>): Remark[] {
  const selector: LabelSelector | undefined = owner.spec?.selector;
  if (selector === undefined || selects(selector, labels)) return [];
  return [
    {
      object: owner,
      rule: "selects-own-pods",
      path: "spec.selector",
      problem: "the selector does not select the pods of its own template",
      fix: `labels of the template: ${shown(labels)}`,
    },
  ];
}

function mustSelect(
  rendered: Rendered,
  object: KubeObject,
  selector: LabelSelector,
  path: string,
  foreign: readonly ForeignPod[],
): Remark[] {
  const namespace = object.metadata.namespace ?? "default";
  const pods = [...rendered.pods, ...foreign].filter((pod) => pod.namespace === namespace);
  if (pods.some(({ labels }) => selects(selector, labels))) return [];
  const names = pods.map(({ labels }) => labels["app.kubernetes.io/name"]).filter(Boolean);
  return [
    {
      object,
      rule: "selector-matches",
      path,
      problem: `it selects no pod in namespace ${namespace}`,
      fix: `labels of a pod that is there; app.kubernetes.io/name: ${[...new Set(names)].join(", ") || "none"}`,
    },
  ];
}

function scaledTarget(rendered: Rendered, scaler: KubeObject): Remark[] {
  const { kind, name } = scaler.spec?.scaleTargetRef ?? {};
  const namespace = scaler.metadata.namespace;
  if (rendered.find(kind, namespace, name) !== undefined) return [];
  return [
    {
      object: scaler,
      rule: "scale-target-exists",
      path: "spec.scaleTargetRef",
      problem: `there is no ${kind}/${name} in namespace ${namespace}`,
      fix: `one that is there: ${rendered.namesOf(kind, namespace)}`,
    },
  ];
}

function shown(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}
