import type { KubeObject } from "../../document/kube-object.ts";
import { selects } from "../../document/selects.ts";
import { objectRule, type PolicyRule, podRule } from "../policy-rule.ts";

interface Rule {
  from?: { ipBlock?: { cidr: string; except?: string[] } }[];
  to?: { ipBlock?: { cidr: string; except?: string[] } }[];
  ports?: unknown[];
}

/** k3s's own networks for pods and services; and the link-local one, where clouds keep credentials. */
const SPARED = ["10.42.0.0/16", "10.43.0.0/16", "169.254.0.0/16"];

function isBothWays({ spec }: KubeObject): boolean {
  const types: string[] = spec?.policyTypes ?? [];
  return types.includes("Ingress") && types.includes("Egress");
}

/** Who may speak to whom is said, never left open. */
export const NETWORK_RULES: readonly PolicyRule[] = [
  objectRule(
    "namespace-denies-all",
    "In every namespace nothing goes in or out unless a policy says so.",
    ["Namespace"],
    ({ metadata }, rendered) => {
      const isDenied = rendered
        .ofKind("NetworkPolicy")
        .some(
          (policy) =>
            policy.metadata.namespace === metadata.name &&
            Object.keys(policy.spec?.podSelector ?? {}).length === 0 &&
            isBothWays(policy) &&
            (policy.spec?.ingress ?? []).length === 0 &&
            (policy.spec?.egress ?? []).length === 0,
        );
      if (isDenied) return null;
      return {
        path: "",
        problem: "no policy denies everything first",
        fix: `a NetworkPolicy default-deny in ${metadata.name}: podSelector: {}, policyTypes: [Ingress, Egress], no rules`,
      };
    },
  ),
  podRule(
    "own-network-policy",
    "Every workload has a policy of its own, about both ways.",
    ({ namespace, labels, owner }, rendered) => {
      const isThere = rendered
        .ofKind("NetworkPolicy")
        .some(
          (policy) =>
            policy.metadata.namespace === namespace &&
            Object.keys(policy.spec?.podSelector ?? {}).length > 0 &&
            selects(policy.spec.podSelector, labels) &&
            isBothWays(policy),
        );
      if (isThere) return null;
      return {
        path: "",
        problem: "no NetworkPolicy is about its pods and both ways",
        fix: `a NetworkPolicy ${owner.metadata.name} with policyTypes: [Ingress, Egress]`,
      };
    },
  ),
  objectRule("no-open-rule", "A rule names who and which ports.", ["NetworkPolicy"], ({ spec }) => {
    for (const side of ["ingress", "egress"] as const) {
      const rules: Rule[] = spec?.[side] ?? [];
      const index = rules.findIndex(
        ({ from, to, ports }) => (from ?? to ?? []).length === 0 || (ports ?? []).length === 0,
      );
      if (index >= 0) {
        return {
          path: `spec.${side}[${index}]`,
          problem: "the rule is open to everybody, or for every port",
          fix: `${side === "ingress" ? "from" : "to"} and ports`,
        };
      }
    }
    return null;
  }),
  objectRule(
    "blocks-spare-cluster",
    "A network that pods may reach holds neither the cluster's own pods nor the cloud's credentials.",
    ["NetworkPolicy"],
    ({ spec }) => {
      const rules: Rule[] = spec?.egress ?? [];
      for (const [ruleIndex, { to = [] }] of rules.entries()) {
        for (const [index, { ipBlock }] of to.entries()) {
          const open =
            ipBlock === undefined ? [] : SPARED.filter((network) => reaches(ipBlock, network));
          if (open.length > 0) {
            return {
              path: `spec.egress[${ruleIndex}].to[${index}].ipBlock.except`,
              problem: `${open.join(", ")} lies in ${ipBlock?.cidr}`,
              fix: `except: [${open.join(", ")}], or networks that hold them`,
            };
          }
        }
      }
      return null;
    },
  ),
  objectRule("no-node-port", "No Service opens a port on every node.", ["Service"], ({ spec }) =>
    spec?.type === "NodePort"
      ? {
          path: "spec.type",
          problem: "the port is open on every node",
          fix: "ClusterIP behind an Ingress, or LoadBalancer for what is not HTTP",
        }
      : null,
  ),
  objectRule("ingress-class-named", "An Ingress says whose it is.", ["Ingress"], ({ spec }) =>
    spec?.ingressClassName === undefined
      ? {
          path: "spec.ingressClassName",
          problem: "whichever controller is the default takes it",
          fix: "traefik",
        }
      : null,
  ),
  objectRule(
    "ingress-encrypted",
    "In production nothing is served in the clear.",
    ["Ingress"],
    ({ spec }, rendered) =>
      rendered.isProduction && (spec?.tls ?? []).length === 0
        ? {
            path: "spec.tls",
            problem: "people's sessions travel in the clear",
            fix: "components/tls in the overlay",
          }
        : null,
  ),
];

/** True where a block holds a network that it does not spare. */
function reaches(block: { cidr: string; except?: string[] }, network: string): boolean {
  return (
    holds(block.cidr, network) && !(block.except ?? []).some((spared) => holds(spared, network))
  );
}

function holds(outer: string, inner: string): boolean {
  const [outerBits, outerLength] = bitsOf(outer);
  const [innerBits, innerLength] = bitsOf(inner);
  return outerLength <= innerLength && innerBits.startsWith(outerBits.slice(0, outerLength));
}

function bitsOf(cidr: string): [string, number] {
  const [address = "", length = "32"] = cidr.split("/");
  const bits = address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
  return [bits, Number(length)];
}
