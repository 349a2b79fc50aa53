import type { KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import { type LabelSelector, selects } from "../document/selects.ts";
import type { Peer } from "./peers.ts";
import { ALL_PORTS, type PortRange } from "./port-set.ts";

export type Direction = "Ingress" | "Egress";

interface PolicyPeer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr: string; except?: string[] };
}

interface PolicyRule {
  from?: PolicyPeer[];
  to?: PolicyPeer[];
  ports?: { port?: number | string; endPort?: number; protocol?: string }[];
}

/** The policies that say what a pod may in one direction. */
export function policiesFor(rendered: Rendered, pod: Peer, direction: Direction): KubeObject[] {
  return rendered
    .ofKind("NetworkPolicy")
    .filter(
      ({ metadata, spec }) =>
        pod.pod !== null &&
        metadata.namespace === pod.pod.namespace &&
        typesOf(spec).includes(direction) &&
        selects(spec?.podSelector ?? {}, pod.pod.labels),
    );
}

/** Without types a policy is about what comes in, and about what goes out where it says something of it. */
function typesOf(spec: { policyTypes?: string[]; egress?: unknown } | undefined): string[] {
  return spec?.policyTypes ?? (spec?.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
}

/** The ports on which `pod` may be reached by `other` (Ingress), or may reach it (Egress), by its own policies. */
export function allowedPorts(
  rendered: Rendered,
  pod: Peer,
  other: Peer,
  direction: Direction,
): PortRange[] {
  const policies = policiesFor(rendered, pod, direction);
  if (policies.length === 0) return [...ALL_PORTS];
  const namespaces = namespaceLabels(rendered);
  return policies.flatMap(({ spec }) => {
    const rules: PolicyRule[] = (direction === "Ingress" ? spec.ingress : spec.egress) ?? [];
    return rules
      .filter((rule) =>
        isMeant(direction === "Ingress" ? rule.from : rule.to, pod, other, namespaces),
      )
      .flatMap((rule) => portsOf(rule, direction === "Ingress" ? pod : other));
  });
}

/** Labels of namespaces by their names; those of others have at least the one that Kubernetes gives. */
function namespaceLabels(rendered: Rendered): (name: string) => Record<string, string> {
  const own = new Map(
    rendered.ofKind("Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
  );
  return (name) => ({ ...own.get(name), "kubernetes.io/metadata.name": name });
}

function isMeant(
  peers: PolicyPeer[] | undefined,
  pod: Peer,
  other: Peer,
  labelsOf: (namespace: string) => Record<string, string>,
): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ ipBlock, podSelector, namespaceSelector }) => {
    if (ipBlock !== undefined) return isNetwork(other, ipBlock);
    if (other.pod === null) return false;
    const isNamespace =
      namespaceSelector === undefined
        ? other.pod.namespace === pod.pod?.namespace
        : selects(namespaceSelector, labelsOf(other.pod.namespace));
    return isNamespace && selects(podSelector ?? {}, other.pod.labels);
  });
}

/** Blocks mean what is outside of the cluster; each is one network of the table, written the same way. */
export function isNetwork(peer: Peer, block: { cidr: string; except?: string[] }): boolean {
  const { network } = peer;
  if (network?.cidr !== block.cidr) return false;
  return [...network.except].sort().join() === [...(block.except ?? [])].sort().join();
}

function portsOf({ ports }: PolicyRule, listener: Peer): PortRange[] {
  if (ports === undefined || ports.length === 0) return [...ALL_PORTS];
  return ports.flatMap(({ port, endPort, protocol = "TCP" }) => {
    if (port === undefined) return ALL_PORTS.filter((range) => range.protocol === protocol);
    if (typeof port === "number") return [{ protocol, from: port, to: endPort ?? port }];
    return listener.ports
      .filter((listened) => listened.name === port && listened.protocol === protocol)
      .map((listened) => ({ protocol, from: listened.port, to: listened.port }));
  });
}
