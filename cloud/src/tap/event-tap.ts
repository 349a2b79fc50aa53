import type { Logger } from "pino";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { RowCursor } from "../live/row-cursor.ts";
import { Wakeup } from "../live/wakeup.ts";
import type { StreamMessage } from "./stream-producer.ts";

/** The stream of what every node saw. */
export const TAP_TOPIC = "events.detections";

/** Rows handed over in one go. */
const BATCH_ROWS = 200;
/** How often the log is looked at without a notification. */
const POLL_MS = 2_000;
/** A fault that lasts is told this often. */
const TOLD_MS = 60_000;

const LOCK: Statement = {
  name: "tap-lock",
  text: `select cursor from tap_cursors where topic = $1 for update`,
};
/** A stream begins with what comes from now on. */
const BEGIN: Statement = {
  name: "tap-begin",
  text: `insert into tap_cursors (topic, cursor, at)
    select $1, coalesce(max(id), 0)::text, $2 from event_log on conflict (topic) do nothing`,
};
const READ: Statement = {
  name: "tap-read",
  text: `select id, node_id as "nodeId", epoch, seq, camera_id as "cameraId", kind, row,
      committed_at as "committedAt" from event_log
    where id > $1 or id = any ($2::bigint[]) order by id limit $3`,
};
const ADVANCE: Statement = {
  name: "tap-advance",
  text: "update tap_cursors set cursor = $2, at = $3 where topic = $1",
};

interface TappedRow {
  id: number;
  nodeId: string;
  epoch: string;
  seq: number;
  cameraId: string | null;
  kind: string;
  row: unknown;
  committedAt: number;
}

interface EventTapOptions {
  database: Postgres;
  /** Resolves when the stream has the messages for good. */
  send: (messages: readonly StreamMessage[]) => Promise<void>;
  logger: Logger;
}

/**
 * Hands every committed row of the event log to a stream, at least once: the cursor moves on in the
 * transaction in which the stream said that it has the rows, so that what is cut off in between is
 * sent again; `nodeId`, `epoch` and `seq` tell repeats. Rows of one camera keep their order but where
 * that happens. Of several processes one at a time holds the cursor. A stream that is away is waited
 * for; the log is not.
 */
export class EventTap {
  readonly #options: EventTapOptions;
  readonly #wakeup = new Wakeup();
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;
  /** Where this process left the cursor, which knows since when gaps are waited for. */
  #cursor: RowCursor | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: EventTapOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** Says that there may be new rows. */
  notify(): void {
    this.#wakeup.call();
  }

  async #run(): Promise<void> {
    const stop = this.#stopped.signal;
    let more = false;
    while (!stop.aborted) {
      if (!more) await this.#wakeup.wait(stop, POLL_MS);
      more = await this.#handOver().catch((error: unknown) => this.#tell(error));
    }
  }

  /** @returns true where there may be more at once. */
  async #handOver(): Promise<boolean> {
    const { database, send } = this.#options;
    await database.query(BEGIN, [TAP_TOPIC, Date.now()]);
    return await database.transaction(async (sql) => {
      const cursor = await this.#lock(sql);
      const before = cursor.toString();
      cursor.forgetOldGaps();
      const rows = await sql.query<TappedRow>(READ, [cursor.high, cursor.gaps, BATCH_ROWS]);
      if (rows.length > 0) await send(rows.map(messageOf));
      for (const { id } of rows) cursor.take(id);
      const after = cursor.toString();
      if (after !== before) await sql.query(ADVANCE, [TAP_TOPIC, after, Date.now()]);
      this.#cursor = cursor;
      return rows.length === BATCH_ROWS;
    });
  }

  async #lock(sql: Sql): Promise<RowCursor> {
    const [row] = await sql.query<{ cursor: string }>(LOCK, [TAP_TOPIC]);
    const kept = row?.cursor ?? "0";
    const own = this.#cursor;
    this.#cursor = null;
    if (own?.toString() === kept) return own;
    return RowCursor.parse(kept) ?? new RowCursor(0);
  }

  /** @returns false: the next look waits. */
  #tell(error: unknown): false {
    const now = performance.now();
    if (!this.#stopped.signal.aborted && now - this.#toldAt > TOLD_MS) {
      this.#toldAt = now;
      this.#options.logger.warn({ err: error }, "the stream tap waits");
    }
    return false;
  }
}

function messageOf({ id: _, ...row }: TappedRow): StreamMessage {
  return { key: `${row.nodeId}/${row.cameraId ?? ""}`, value: JSON.stringify(row) };
}
