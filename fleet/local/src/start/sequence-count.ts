import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";

/** What one side knows of one node's sequence. */
export interface EdgeCount {
  epoch: string;
  lastSeq: number;
  /** Sequence numbers of the rows not yet acknowledged. */
  pending: readonly number[];
}

/** The edge's own count, from its SQLite file; null before its first start. */
export function countAtEdge(edgeDir: string): EdgeCount | null {
  const file = join(edgeDir, "outbox.sqlite");
  if (!existsSync(file)) return null;
  const database = new Database(file, { readonly: true });
  try {
    const meta = (key: string) =>
      database
        .prepare<[string], { value: string | number }>("select value from meta where key = ?")
        .get(key)?.value;
    const pending = database.prepare<[], { seq: number }>("select seq from outbox").all();
    return {
      epoch: String(meta("epoch") ?? ""),
      lastSeq: Number(meta("last_seq") ?? 0),
      pending: pending.map(({ seq }) => seq),
    };
  } finally {
    database.close();
  }
}

/** What Postgres holds of one node's epoch. */
export interface CloudCount {
  rows: number;
  /** Sequence numbers that a row other than a gap stands for. */
  sequenceNumbers: number;
  /** How many of the rows that the edge has not yet seen acknowledged are committed nevertheless. */
  committedPending: number;
  /** Rows of `began` and `ended` beyond the one that each event may have. */
  repeatedEnds: number;
}

/** Postgres' count of one node's epoch. */
export async function countInPostgres(
  databaseUrl: string,
  nodeId: string,
  { epoch, pending }: Pick<EdgeCount, "epoch" | "pending">,
): Promise<CloudCount> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const result = await client.query<{
      rows: string;
      seqs: string;
      pending: string;
      repeated: string;
    }>(
      `select count(*) as rows,
              count(distinct seq) filter (where kind <> 'gap') as seqs,
              count(distinct seq) filter (where kind <> 'gap' and seq = any($3)) as pending,
              count(*) filter (where kind in ('began', 'ended'))
                - count(distinct (event_id, kind)) filter (where kind in ('began', 'ended')) as repeated
         from event_log where node_id = $1 and epoch = $2`,
      [nodeId, epoch, pending],
    );
    const [row] = result.rows;
    return {
      rows: Number(row?.rows ?? 0),
      sequenceNumbers: Number(row?.seqs ?? 0),
      committedPending: Number(row?.pending ?? 0),
      repeatedEnds: Number(row?.repeated ?? 0),
    };
  } finally {
    await client.end();
  }
}

/**
 * Compares both counts over the whole life of the edge's file. A row that is still in the outbox is
 * not lost; a row that a gap stands for is, though it was said.
 */
export function compareCounts(
  edge: EdgeCount,
  cloud: CloudCount,
): { lost: number; duplicates: number } {
  const waiting = edge.pending.length - cloud.committedPending;
  return {
    lost: Math.max(0, edge.lastSeq - cloud.sequenceNumbers - waiting),
    duplicates: Math.max(0, cloud.rows - edge.lastSeq) + cloud.repeatedEnds,
  };
}
