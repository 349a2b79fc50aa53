import {
  type EventBatch,
  eventBatchSchema,
  type NumberedRow,
  numberRows,
} from "@sentinel/protocol/event-batch";
import { type PayloadFault, parsePayload } from "@sentinel/protocol/payload";

/** A batch that may be stored: validated, from its own node, every row with its place. */
export interface ParsedBatch {
  nodeId: string;
  epoch: string;
  firstSeq: number;
  rows: NumberedRow[];
}

/** Why a message is not a batch; these words are counters and dead-letter reasons. */
export type BatchFault = PayloadFault | "wrong-node";

/** First step: bytes to a batch. Nothing but its own node's word is taken from a node. */
export function parseBatch(
  nodeId: string,
  payload: Uint8Array,
): { ok: true; batch: ParsedBatch } | { ok: false; fault: BatchFault; detail: string } {
  const parsed = parsePayload(payload, eventBatchSchema);
  if (!parsed.ok) return parsed;
  const batch: EventBatch = parsed.value;
  if (batch.nodeId !== nodeId) {
    return { ok: false, fault: "wrong-node", detail: `the batch says ${batch.nodeId}` };
  }
  const rows = numberRows(batch);
  const lastSeq = rows?.at(-1)?.throughSeq ?? 0;
  if (rows === null || lastSeq >= Number.MAX_SAFE_INTEGER) {
    return { ok: false, fault: "schema", detail: "rows: the sequence numbers do not grow" };
  }
  return { ok: true, batch: { nodeId, epoch: batch.epoch, firstSeq: batch.firstSeq, rows } };
}
