import type { TrackRow } from "@sentinel/protocol/event-batch";
import type { Logger } from "pino";
import type { EventItem } from "../database/reads/event-item.ts";
import { type LogRow, logRows, missingRowIds, newestRowId } from "../database/reads/log-rows.ts";
import type { Reads } from "../database/tables.ts";
import { RowCursor } from "./row-cursor.ts";
import { Wakeup } from "./wakeup.ts";

/** What a follower of the live feed is told of one row. */
export interface LiveRow {
  rowId: number;
  kind: TrackRow["kind"];
  /** The event as it stands when the row is told. */
  event: EventItem;
  /** Where the follower stands after this row; it comes back with it. */
  cursor: string;
}

/** Rows that wait for one follower; beyond that it reads them again from the database. */
const QUEUE_ROWS = 1_000;
const PAGE_ROWS = 500;
/** How often the log is looked at without a notification: one may get lost with its connection. */
const POLL_MS = 2_000;

class Follower {
  readonly wakeup = new Wakeup();
  queue: LogRow[] = [];
  overflowed = false;

  push(rows: readonly LogRow[]): void {
    if (this.queue.length + rows.length > QUEUE_ROWS) {
      this.queue = [];
      this.overflowed = true;
    } else {
      this.queue.push(...rows);
    }
    this.wakeup.call();
  }
}

/**
 * The live feed. One reader takes new rows from the event log and hands them to every follower. A
 * follower is entered first, then reads what it missed, then takes what the reader hands over; its
 * cursor decides what it has had, so that it is told every row once, in whatever order they
 * became visible.
 */
export class EventFeed {
  readonly #reads: Reads;
  readonly #logger: Logger;
  readonly #followers = new Set<Follower>();
  readonly #wakeup = new Wakeup();
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: { reads: Reads; logger: Logger }) {
    this.#reads = options.reads;
    this.#logger = options.logger;
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

  /**
   * Tells every row after `since` once, until `signal` aborts: a cursor that this feed gave, a row
   * id, or null for only what comes from now on. Waits where the database is away.
   */
  async *follow(
    since: RowCursor | number | null,
    signal: AbortSignal,
  ): AsyncGenerator<LiveRow, void, undefined> {
    const stop = AbortSignal.any([signal, this.#stopped.signal]);
    const follower = new Follower();
    this.#followers.add(follower);
    this.#wakeup.call();
    try {
      const cursor = await this.#patiently(() => this.#cursorOf(since), stop);
      if (cursor === null) return;
      while (!stop.aborted) {
        follower.overflowed = false;
        yield* this.#missed(cursor, stop);
        while (!stop.aborted && !follower.overflowed) {
          await follower.wakeup.wait(stop);
          const rows = follower.queue;
          follower.queue = [];
          yield* tell(cursor, rows);
        }
      }
    } finally {
      this.#followers.delete(follower);
    }
  }

  async *#missed(cursor: RowCursor, stop: AbortSignal): AsyncGenerator<LiveRow> {
    while (!stop.aborted) {
      const read = () => logRows(this.#reads, cursor.high, cursor.gaps, PAGE_ROWS);
      const rows = await this.#patiently(read, stop);
      if (rows === null || rows.length === 0) return;
      yield* tell(cursor, rows);
    }
  }

  async #cursorOf(since: RowCursor | number | null): Promise<RowCursor> {
    if (since instanceof RowCursor) return since;
    const high = since ?? (await newestRowId(this.#reads));
    return new RowCursor(high, await missingRowIds(this.#reads, high));
  }

  async #run(): Promise<void> {
    const stop = this.#stopped.signal;
    let cursor: RowCursor | null = null;
    while (!stop.aborted) {
      await this.#wakeup.wait(stop, POLL_MS);
      if (this.#followers.size === 0) {
        cursor = null;
        continue;
      }
      try {
        if (cursor === null) {
          cursor = await this.#cursorOf(null);
          // Whoever entered before this point reads the same rows: what lies below was missed.
          for (const follower of this.#followers) {
            follower.overflowed = true;
            follower.wakeup.call();
          }
        }
        await this.#handOver(cursor);
      } catch (error) {
        this.#logger.debug({ err: error }, "live feed cannot read the event log");
      }
    }
  }

  async #handOver(cursor: RowCursor): Promise<void> {
    cursor.forgetOldGaps();
    let rows: LogRow[];
    do {
      rows = await logRows(this.#reads, cursor.high, cursor.gaps, PAGE_ROWS);
      for (const row of rows) cursor.take(row.rowId);
      if (rows.length > 0) for (const follower of this.#followers) follower.push(rows);
    } while (rows.length === PAGE_ROWS);
  }

  /** Repeats a read until the database answers; null once `stop` aborted. */
  async #patiently<Result>(read: () => Promise<Result>, stop: AbortSignal): Promise<Result | null> {
    while (!stop.aborted) {
      try {
        return await read();
      } catch (error) {
        this.#logger.debug({ err: error }, "a follower of the live feed waits for the database");
        await new Wakeup().wait(stop, 1_000);
      }
    }
    return null;
  }
}

/** Tells the rows that the cursor still wants. */
function* tell(cursor: RowCursor, rows: readonly LogRow[]): Generator<LiveRow> {
  for (const { rowId, track } of rows) {
    if (!cursor.wants(rowId)) continue;
    cursor.take(rowId);
    if (track !== null) yield { rowId, ...track, cursor: cursor.toString() };
  }
  cursor.forgetOldGaps();
}
