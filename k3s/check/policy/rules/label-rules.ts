import { type PolicyRule, podRule } from "../policy-rule.ts";

const NEEDED = ["name", "component", "part-of"].map((word) => `app.kubernetes.io/${word}`);

/** Things are found by their labels. */
export const LABEL_RULES: readonly PolicyRule[] = [
  podRule(
    "standard-labels",
    "Pods and what makes them carry Kubernetes' common labels.",
    ({ labels, owner }) => {
      const missing = NEEDED.find(
        (label) => labels[label] === undefined || owner.metadata.labels?.[label] === undefined,
      );
      if (missing === undefined) return null;
      return {
        path: `metadata.labels["${missing}"]`,
        problem: `there is no label ${missing}, here or on the pods`,
        fix: `${missing}: ${missing.endsWith("name") ? owner.metadata.name : "…"}`,
      };
    },
  ),
];
