import { objectRule, type PolicyRule } from "../policy-rule.ts";

interface RoleRule {
  apiGroups?: string[];
  resources?: string[];
  verbs?: string[];
}

const ROLES = ["Role", "ClusterRole"];
const POWERFUL = ["escalate", "bind", "impersonate"];
const SENSITIVE = ["secrets", "roles", "rolebindings", "pods/exec", "serviceaccounts/token"];

function findRule(
  rules: RoleRule[] | undefined,
  isWrong: (rule: RoleRule) => boolean,
): { index: number; rule: RoleRule } | null {
  const index = (rules ?? []).findIndex(isWrong);
  const rule = rules?.[index];
  return rule === undefined ? null : { index, rule };
}

/** What accounts may ask of the API server. */
export const ACCESS_RULES: readonly PolicyRule[] = [
  objectRule(
    "roles-name-what",
    "A role lists resources and verbs; it has no `*`.",
    ROLES,
    ({ rules }) => {
      const found = findRule(rules, ({ apiGroups = [], resources = [], verbs = [] }) =>
        [...apiGroups, ...resources, ...verbs].includes("*"),
      );
      if (found === null) return null;
      return {
        path: `rules[${found.index}]`,
        problem: "the role allows whatever will ever exist",
        fix: "the API groups, resources and verbs that the program uses",
      };
    },
  ),
  objectRule(
    "roles-stay-small",
    "No role reads secrets, opens shells or makes itself larger.",
    ROLES,
    ({ rules }) => {
      const found = findRule(rules, ({ resources = [], verbs = [] }) =>
        [...resources, ...verbs].some((word) => [...POWERFUL, ...SENSITIVE].includes(word)),
      );
      if (found === null) return null;
      const words = [...(found.rule.resources ?? []), ...(found.rule.verbs ?? [])];
      return {
        path: `rules[${found.index}]`,
        problem: `${words.filter((word) => [...POWERFUL, ...SENSITIVE].includes(word)).join(", ")} gives more than it seems to`,
        fix: "a rule without it; secrets are mounted, not read over the API",
      };
    },
  ),
  objectRule(
    "roles-in-namespaces",
    "Rights end at a namespace.",
    ["ClusterRole", "ClusterRoleBinding"],
    ({ kind }) => ({
      path: "kind",
      problem: `a ${kind} holds in every namespace`,
      fix: kind.replace("Cluster", ""),
    }),
  ),
];
