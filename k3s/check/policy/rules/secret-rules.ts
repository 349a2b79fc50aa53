import type { KubeObject } from "../../document/kube-object.ts";
import { containerRule, objectRule, type PolicyRule } from "../policy-rule.ts";

const SOUNDS_SECRET = /(PASSWORD|SECRET|TOKEN|PRIVATE_KEY|ACCESS_KEY)$/;
/** How every secret of the components test-secrets-* begins. */
const TEST_SECRET = "not-secret-";

function textOf({ data = {}, stringData = {} }: KubeObject): string {
  return JSON.stringify({ ...data, ...stringData });
}

/** Secrets are in Git only where nobody but the cluster can read them. */
export const SECRET_RULES: readonly PolicyRule[] = [
  containerRule(
    "secrets-by-reference",
    "A secret's value never stands in a manifest.",
    ({ container, path }) => {
      const index = (container.env ?? []).findIndex(
        ({ name, value }) =>
          SOUNDS_SECRET.test(name) && value !== undefined && !value.startsWith("$("),
      );
      if (index < 0) return null;
      return {
        path: `${path}.env[${index}].value`,
        problem: `${container.env?.[index]?.name} stands here for everybody who reads Git`,
        fix: "valueFrom: { secretKeyRef: { name: …, key: … } }",
      };
    },
  ),
  objectRule(
    "no-plain-secrets",
    "In production a Secret is made by a controller, not by Git.",
    ["Secret"],
    (_object, rendered) =>
      rendered.isProduction
        ? {
            path: "kind",
            problem: "base64 is no encryption",
            fix: "SealedSecret (components/sealed-secrets-*) or ExternalSecret (components/external-secrets-*)",
          }
        : null,
  ),
  objectRule(
    "no-test-secrets",
    "What is no secret never stands for one in production.",
    ["ConfigMap", "SealedSecret", "Deployment", "StatefulSet", "Job", "CronJob"],
    (object, rendered) => {
      const text = `${textOf(object)}${JSON.stringify(object.spec ?? {})}`;
      if (!rendered.isProduction || !text.includes(TEST_SECRET)) return null;
      return {
        path: "",
        problem: `it holds a value of the components test-secrets-* (${TEST_SECRET}…)`,
        fix: "a secret of its own",
      };
    },
  ),
];
