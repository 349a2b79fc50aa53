import type { NumberedRow } from "@sentinel/protocol/event-batch";

/** A batch seen against the watermark. */
export interface PlacedRows {
  /** True where it begins beyond the next row: nothing of it may be committed. */
  gap: boolean;
  /** Rows at or below the watermark. */
  repeated: NumberedRow[];
  /** Rows to commit; the first begins right after the watermark. */
  fresh: NumberedRow[];
}

/**
 * Decides what each row of a batch is. A declared gap that reaches over the watermark is cut to what
 * lies above it: the edge gave up rows whose acknowledgement it never heard, and here they are.
 */
export function placeRows(committedSeq: number, rows: readonly NumberedRow[]): PlacedRows {
  const first = rows[0];
  if (first === undefined || first.seq > committedSeq + 1) {
    return { gap: first !== undefined, repeated: [], fresh: [] };
  }
  const repeated = rows.filter(({ throughSeq }) => throughSeq <= committedSeq);
  const fresh = rows
    .filter(({ throughSeq }) => throughSeq > committedSeq)
    .map((numbered) => ({ ...numbered, seq: Math.max(numbered.seq, committedSeq + 1) }));
  return { gap: false, repeated, fresh };
}
