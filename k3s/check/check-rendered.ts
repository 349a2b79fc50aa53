import { checkAgreement } from "./config/check-agreement.ts";
import type { Rendered } from "./document/rendered.ts";
import type { Remark } from "./finding.ts";
import { checkFlows } from "./network/check-flows.ts";
import { checkNamedHosts } from "./network/check-named-hosts.ts";
import { type FlowTable, foreignPodsOf } from "./network/flow-table.ts";
import { peersOf } from "./network/peers.ts";
import { POLICY_RULES } from "./policy/policy-rules.ts";
import { checkReferences } from "./references/check-references.ts";
import { usedFolders } from "./render/used-folders.ts";

/**
 * What can be said of one target by looking at it: references, policies, flows. `flowsSeen`: the flows of the table, by
 * place, whose two ends are there.
 *
 * @param from.root the folder k3s.
 */
export function checkRendered(
  one: Rendered,
  { root, table }: { root: string; table: FlowTable },
): { remarks: Remark[]; flowsSeen: ReadonlySet<number> } {
  const uses = usedFolders(root, one.target);
  const namespaces = new Set(one.ofKind("Namespace").map(({ metadata }) => metadata.name));
  const foreign = foreignPodsOf(table, { namespaces, uses });
  const peers = peersOf(one, table, foreign);
  const flows = checkFlows(one, table, peers, uses);
  const remarks = [
    ...checkReferences(one, foreign),
    ...POLICY_RULES.flatMap(({ id, find }) => find(one).map((breach) => ({ rule: id, ...breach }))),
    ...flows.remarks,
    ...checkNamedHosts(one, peers),
    ...checkAgreement(one),
  ];
  return { remarks, flowsSeen: flows.seen };
}
