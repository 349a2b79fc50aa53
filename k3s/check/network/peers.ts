import type { PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import { hasLabels } from "../document/selects.ts";
import { type ListenedPort, listenedPorts } from "../references/service-ports.ts";
import type { FlowTable, ForeignPod, Network } from "./flow-table.ts";

/** Somebody who speaks or is spoken to. */
export interface Peer {
  /** `sentinel/postgres`, `dns`, `internet`. */
  id: string;
  /** Names by which the table may call it. */
  names: ReadonlySet<string>;
  /** Where it is a pod: how policies select it. */
  pod: { namespace: string; labels: Readonly<Record<string, string>> } | null;
  /** Where it is a network. */
  network: Network | null;
  /** Ports by name, for policies that name them. */
  ports: readonly ListenedPort[];
  /** The manifest that makes it, where it is ours. */
  template: PodTemplate | null;
  isOurs: boolean;
}

/** Everybody who is there in a target. Each network of an external is a peer of its own. */
export function peersOf(
  rendered: Rendered,
  table: FlowTable,
  foreign: readonly ForeignPod[],
): Peer[] {
  return [
    ...rendered.pods.map((template) => {
      const { namespace, labels } = template;
      const name = labels["app.kubernetes.io/name"] ?? template.owner.metadata.name;
      return ours(table, { name, namespace, labels }, template);
    }),
    ...foreign.map((pod) => ours(table, pod, null)),
    ...Object.entries(table.externals).flatMap(([id, external]) =>
      "networks" in external
        ? external.networks.map((network) => outside(id, null, network))
        : [outside(id, external, null)],
    ),
  ];
}

function ours(table: FlowTable, pod: ForeignPod, template: PodTemplate | null): Peer {
  const { name, namespace, labels } = pod;
  const id = `${namespace}/${name}`;
  const others = Object.entries(table.components)
    .filter(([other, wanted]) => other.startsWith(`${namespace}/`) && hasLabels(labels, wanted))
    .map(([other]) => other);
  return {
    id,
    names: new Set([id, ...others]),
    pod: { namespace, labels },
    network: null,
    ports: template === null ? [] : listenedPorts(template),
    template,
    isOurs: true,
  };
}

function outside(id: string, pod: Peer["pod"], network: Network | null): Peer {
  const shown = network === null || network.cidr === "0.0.0.0/0" ? id : `${id} (${network.cidr})`;
  return {
    id: shown,
    names: new Set([id]),
    pod,
    network,
    ports: [],
    template: null,
    isOurs: false,
  };
}
