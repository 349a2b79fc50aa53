import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";

/** A log is put aside as `.1` at this size, so that a role's logs never take more than twice of it. */
const MAX_BYTES = 20_000_000;

/**
 * The log file of one role. Its disk may be full or broken: then lines are let go, because a log is
 * no reason to stop what it tells of.
 */
export class RoleLog {
  readonly #file: string;
  readonly #maxBytes: number;
  #descriptor: number | null = null;
  #bytes = 0;

  constructor(file: string, maxBytes = MAX_BYTES) {
    this.#file = file;
    this.#maxBytes = maxBytes;
  }

  /** Opens the file for appending; does nothing where it is open or cannot be opened. */
  open(): void {
    if (this.#descriptor !== null) return;
    try {
      this.#descriptor = openSync(this.#file, "a");
      this.#bytes = fstatSync(this.#descriptor).size;
    } catch {
      this.#descriptor = null;
    }
  }

  write(chunk: Buffer): void {
    if (this.#bytes + chunk.length > this.#maxBytes) this.#rotate();
    this.open();
    if (this.#descriptor === null) return;
    try {
      this.#bytes += writeSync(this.#descriptor, chunk);
    } catch {
      // A full disk: the next chunk is tried again.
    }
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #rotate(): void {
    this.close();
    this.#bytes = 0;
    try {
      renameSync(this.#file, `${this.#file}.1`);
    } catch {
      // Nothing to put aside, or a disk that takes no change.
    }
  }
}
