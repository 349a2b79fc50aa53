import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** Where the table stands, from the repository's root. */
export const FLOWS_FILE = "k3s/flows.yaml";

const POD = /^[a-z0-9-]+\/[a-z0-9-]+$/;
const labels = z.record(z.string(), z.string());
const network = z.strictObject({ cidr: z.cidrv4(), except: z.array(z.cidrv4()).default([]) });
const name = z
  .string()
  .regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/, "NAMESPACE/NAME, or an external's name");
/** A folder that a target must use for the entry to count. */
const using = z.string().optional();
const port = z
  .union([z.int(), z.string().regex(/^\d+\/(TCP|UDP)$/, "PORT, or PORT/UDP")])
  .transform((written) => {
    const [number, protocol = "TCP"] = String(written).split("/");
    return { port: Number(number), protocol };
  });

const tableSchema = z.strictObject({
  components: z.record(z.string().regex(POD), labels),
  foreignPods: z.record(z.string().regex(POD), z.strictObject({ labels, with: using })),
  externals: z.record(
    z.string(),
    z.union([
      z.strictObject({ namespace: z.string(), labels }),
      z.strictObject({ networks: z.array(network).min(1) }),
    ]),
  ),
  flows: z.array(
    z.strictObject({
      from: z.union([name.transform((one) => [one]), z.array(name).min(1)]),
      to: name,
      ports: z.array(port).min(1),
      why: z.string().min(3),
      with: using,
    }),
  ),
});

export type FlowTable = z.output<typeof tableSchema>;
export type Network = z.output<typeof network>;

/** A pod that no manifest holds. */
export interface ForeignPod {
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
}

/** Reads `flows.yaml` below `root`, the folder k3s. @throws Error telling every fault. */
export function readFlowTable(root: string): FlowTable {
  const read = tableSchema.safeParse(parse(readFileSync(join(root, "flows.yaml"), "utf8")));
  if (read.success) return read.data;
  throw new Error(`${FLOWS_FILE}:\n${z.prettifyError(read.error)}`);
}

/** The pods that others make in a target's namespaces. */
export function foreignPodsOf(
  table: FlowTable,
  target: { namespaces: ReadonlySet<string>; uses: ReadonlySet<string> },
): ForeignPod[] {
  return Object.entries(table.foreignPods).flatMap(([id, pod]) => {
    const [namespace = "", name = ""] = id.split("/");
    const isThere =
      target.namespaces.has(namespace) && (pod.with === undefined || target.uses.has(pod.with));
    return isThere ? [{ name, namespace, labels: pod.labels }] : [];
  });
}
