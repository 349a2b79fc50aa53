import { CodedError } from "@sentinel/protocol/coded-error";
import type { FaultLog } from "../fault-log.ts";
import { emptyRecord, type SwapRecord, swapRecordSchema } from "./swap-record.ts";

/** Where the record lies: a note of the outbox file, written in one durable transaction. */
export interface SwapNotes {
  note(key: "model_swap"): string | null;
  setNote(key: "model_swap", value: string): void;
}

/** How often the disk is tried again that refused a record. */
const RETRY_MS = 2000;

/** The swap's record, in memory and on the disk. */
export class SwapMemory {
  readonly #notes: SwapNotes;
  readonly #faults: FaultLog;
  #record: SwapRecord = emptyRecord(Date.now());
  #retry: NodeJS.Timeout | null = null;

  constructor(notes: SwapNotes, faults: FaultLog) {
    this.#notes = notes;
    this.#faults = faults;
  }

  get record(): Readonly<SwapRecord> {
    return this.#record;
  }

  /** Reads the record; one that cannot be understood is as good as none. @throws OUTBOX_* */
  load(): void {
    const note = this.#notes.note("model_swap");
    const parsed = swapRecordSchema.safeParse(note === null ? null : JSON.parse(note));
    if (parsed.success) this.#record = parsed.data;
  }

  /** Changes the record where the disk takes it. @throws OUTBOX_* and nothing is changed. */
  commit(changes: Partial<SwapRecord>): void {
    const next = { ...this.#record, ...changes };
    this.#notes.setNote("model_swap", JSON.stringify(next));
    this.#record = next;
    this.#stopRetrying();
  }

  /** Changes the record; a disk that refuses it is tried again until it takes it. */
  change(changes: Partial<SwapRecord>): void {
    try {
      this.commit(changes);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#faults.count(error);
      this.#record = { ...this.#record, ...changes };
      this.#retry ??= setInterval(() => this.change({}), RETRY_MS);
    }
  }

  stop(): void {
    if (this.#retry !== null) this.change({});
    this.#stopRetrying();
  }

  #stopRetrying(): void {
    if (this.#retry !== null) clearInterval(this.#retry);
    this.#retry = null;
  }
}
