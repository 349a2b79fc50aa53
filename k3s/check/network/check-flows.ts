import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { allowedPorts, type Direction, isNetwork, policiesFor } from "./allowed-ports.ts";
import { FLOWS_FILE, type FlowTable } from "./flow-table.ts";
import type { Peer } from "./peers.ts";
import { type PortRange, shownPorts, without } from "./port-set.ts";

/** What a run over one target has seen. */
export interface FlowResult {
  remarks: Remark[];
  /** Flows of the table, by place, whose two ends are there. */
  seen: Set<number>;
}

/** Compares what the policies allow with the table, in both directions and on both sides of each flow. */
export function checkFlows(
  rendered: Rendered,
  table: FlowTable,
  peers: readonly Peer[],
  uses: ReadonlySet<string>,
): FlowResult {
  const seen = new Set<number>();
  const wanted = (from: Peer, to: Peer) => {
    const flows = [...table.flows.entries()].filter(
      ([, flow]) =>
        flow.from.some((name) => from.names.has(name)) &&
        to.names.has(flow.to) &&
        (flow.with === undefined || uses.has(flow.with)),
    );
    for (const [index] of flows) seen.add(index);
    return flows.map(([, flow]) => flow);
  };
  const remarks = peers
    .filter(({ isOurs }) => isOurs)
    .flatMap((pod) => [
      ...peers.flatMap((other) => {
        const flows = wanted(pod, other);
        return compare(rendered, { pod, other, direction: "Egress", flows });
      }),
      ...peers.flatMap((other) => {
        const flows = wanted(other, pod);
        return compare(rendered, { pod, other, direction: "Ingress", flows });
      }),
    ]);
  return { remarks: [...remarks, ...unknownNetworks(rendered, peers)], seen };
}

interface Side {
  pod: Peer;
  other: Peer;
  direction: Direction;
  flows: FlowTable["flows"];
}

function compare(rendered: Rendered, side: Side): Remark[] {
  const { pod, other, direction, flows } = side;
  const wanted = flows.flatMap(({ ports }) =>
    ports.map(({ port, protocol }) => ({ protocol, from: port, to: port })),
  );
  const allowed = allowedPorts(rendered, pod, other, direction);
  const missing = without(wanted, allowed);
  const surplus = without(allowed, wanted);
  return [
    ...(missing.length > 0 ? [missingRemark(rendered, side, missing)] : []),
    ...(surplus.length > 0 ? [surplusRemark(rendered, side, surplus)] : []),
  ];
}

function missingRemark(rendered: Rendered, side: Side, ports: readonly PortRange[]): Remark {
  const { pod, other, direction, flows } = side;
  const why = flows.map((flow) => flow.why).join("; ");
  const [from, to] = direction === "Egress" ? [pod, other] : [other, pod];
  return {
    ...blamed(rendered, side),
    rule: "flow-allowed",
    problem: `${direction === "Egress" ? "it does not let" : "it does not let in"} ${from.id} → ${to.id} ${shownPorts(ports)}, which ${FLOWS_FILE} needs (${why})`,
    fix: `${direction === "Egress" ? "egress" : "ingress"}: - ${direction === "Egress" ? "to" : "from"}: ${shownPeer(pod, other)}; ports: ${shownPorts(ports)}`,
  };
}

function surplusRemark(rendered: Rendered, side: Side, ports: readonly PortRange[]): Remark {
  const { pod, other, direction } = side;
  const [from, to] = direction === "Egress" ? [pod, other] : [other, pod];
  return {
    ...blamed(rendered, side),
    rule: "flow-declared",
    problem: `it allows ${from.id} → ${to.id} ${shownPorts(ports)}, which ${FLOWS_FILE} does not have`,
    fix: `a rule with fewer peers or ports, or the flow in ${FLOWS_FILE} with its reason`,
  };
}

/** The policy that is about this pod, before the one that is about all; without any the pod's own maker. */
function blamed(rendered: Rendered, { pod, direction }: Side): Pick<Remark, "object" | "path"> {
  const policies = policiesFor(rendered, pod, direction);
  const own = policies.find(({ spec }) => Object.keys(spec.podSelector ?? {}).length > 0);
  const object = own ?? policies[0] ?? pod.template?.owner ?? rendered.objects[0];
  if (object === undefined) throw new Error(`${rendered.target} is empty`);
  return { object, path: policies.length === 0 ? "" : `spec.${direction.toLowerCase()}` };
}

function shownPeer(pod: Peer, other: Peer): string {
  if (other.network !== null) return `ipBlock ${JSON.stringify(other.network)}`;
  const labels = JSON.stringify(other.pod?.labels["app.kubernetes.io/name"] ?? other.pod?.labels);
  if (other.pod?.namespace === pod.pod?.namespace) return `podSelector ${labels}`;
  return `namespaceSelector ${other.pod?.namespace}, podSelector ${labels}`;
}

/** A block that is no network of the table could mean anybody. */
function unknownNetworks(rendered: Rendered, peers: readonly Peer[]): Remark[] {
  return rendered.ofKind("NetworkPolicy").flatMap((object) =>
    (["ingress", "egress"] as const).flatMap((side) => {
      const rules: { from?: Block[]; to?: Block[] }[] = object.spec?.[side] ?? [];
      return rules.flatMap((rule, ruleIndex) =>
        (rule.from ?? rule.to ?? []).flatMap(({ ipBlock }, index) => {
          if (ipBlock === undefined || peers.some((peer) => isNetwork(peer, ipBlock))) return [];
          return [
            {
              object,
              rule: "network-declared",
              path: `spec.${side}[${ruleIndex}].${side === "ingress" ? "from" : "to"}[${index}].ipBlock`,
              problem: `${ipBlock.cidr} with these exceptions is no network of ${FLOWS_FILE}`,
              fix: `a network that stands there under externals, written the same way`,
            },
          ];
        }),
      );
    }),
  );
}

interface Block {
  ipBlock?: { cidr: string; except?: string[] };
}
