import { CodedError } from "@sentinel/protocol/coded-error";
import type { FaultLog } from "../fault-log.ts";
import type { NewRow, Outbox } from "./outbox.ts";

/** Rows held in memory while the disk refuses them: some minutes of a busy node. */
const MAX_HELD_ROWS = 1000;

/** How often the disk is tried again. */
const RETRY_MS = 1000;

/**
 * The way into the outbox that never stops the watching. States: *writing* (every row goes straight
 * into the file) and *holding* (the disk refused one: rows wait in memory, in order, and are tried
 * again every second). While holding, `improved` rows are dropped, and so is everything beyond
 * MAX_HELD_ROWS; a gap row says how many of which kind as soon as the disk takes rows again.
 */
export class DurableWriter {
  readonly #outbox: Outbox;
  readonly #faults: FaultLog;
  readonly #onWritten: () => void;
  readonly #held: NewRow[] = [];
  readonly #dropped = new Map<string, number>();
  #retry: NodeJS.Timeout | null = null;

  /** @param options.onWritten called after each row that reached the file. */
  constructor(options: { outbox: Outbox; faults: FaultLog; onWritten: () => void }) {
    this.#outbox = options.outbox;
    this.#faults = options.faults;
    this.#onWritten = options.onWritten;
  }

  /** Rows that are in memory only. */
  get heldRows(): number {
    return this.#held.length;
  }

  write(entry: NewRow): void {
    if (this.#isWriting && this.#tryAppend(entry)) return;
    this.#hold(entry);
    this.#retry ??= setInterval(() => this.flush(), RETRY_MS);
  }

  /** Tries to write what is held. @returns true where nothing is left in memory. */
  flush(): boolean {
    if (this.#dropped.size > 0 && !this.#tryAppendGap()) return false;
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (!this.#tryAppend(next)) return false;
      this.#held.shift();
    }
    this.#stopRetrying();
    return true;
  }

  /** Tries once more, then gives up what is held. @returns how many rows were given up. */
  stop(): number {
    this.flush();
    this.#stopRetrying();
    return this.#held.length;
  }

  get #isWriting(): boolean {
    return this.#held.length === 0 && this.#dropped.size === 0;
  }

  #hold(entry: NewRow): void {
    if (entry.row.kind === "improved" || this.#held.length >= MAX_HELD_ROWS) {
      this.#dropped.set(entry.row.kind, (this.#dropped.get(entry.row.kind) ?? 0) + 1);
    } else {
      this.#held.push(entry);
    }
  }

  #tryAppend(entry: NewRow): boolean {
    return this.#try(() => this.#outbox.append(entry));
  }

  #tryAppendGap(): boolean {
    const written = this.#try(() =>
      this.#outbox.appendGap("disk-error", Object.fromEntries(this.#dropped)),
    );
    if (written) this.#dropped.clear();
    return written;
  }

  #try(work: () => unknown): boolean {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#faults.count(error);
      return false;
    }
    this.#onWritten();
    return true;
  }

  #stopRetrying(): void {
    if (this.#retry !== null) clearInterval(this.#retry);
    this.#retry = null;
  }
}
