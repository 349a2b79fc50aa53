import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "./log.ts";

/** How often a fault that goes on is told again. */
const PERIOD_MS = 10_000;

interface Counted {
  count: number;
  last: CodedError;
  fields: Record<string, unknown>;
}

/**
 * Keeps the log readable on the worst day: the first fault of a kind is logged at once, those that
 * follow are counted, and once per period one line says how many there were, with the last one as
 * example.
 */
export class FaultLog {
  readonly #log: Logger;
  readonly #periodMs: number;
  readonly #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | null = null;

  constructor(log: Logger, periodMs: number = PERIOD_MS) {
    this.#log = log;
    this.#periodMs = periodMs;
  }

  /** @param fields such as `cameraId`; faults of one code and the same fields are one kind. */
  count(fault: CodedError, fields: Record<string, unknown> = {}): void {
    const key = JSON.stringify([fault.code, fields]);
    const known = this.#counted.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.last = fault;
      return;
    }
    this.#counted.set(key, { count: 0, last: fault, fields });
    this.#log.warn({ ...fields, code: fault.code }, fault.message);
    this.#timer ??= setInterval(() => this.#report(), this.#periodMs).unref();
  }

  /** Tells what was counted since the last report, and forgets it. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    for (const counted of this.#counted.values()) this.#tell(counted);
    this.#counted.clear();
  }

  #report(): void {
    for (const [key, counted] of this.#counted) {
      if (counted.count === 0) this.#counted.delete(key);
      this.#tell(counted);
      counted.count = 0;
    }
  }

  #tell({ count, last, fields }: Counted): void {
    if (count === 0) return;
    this.#log.warn({ ...fields, code: last.code, count }, `${last.message} (${count} more times)`);
  }
}
