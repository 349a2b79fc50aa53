import { startedByNpm } from "../config.ts";

/** Both npm and the terminal deliver one Ctrl-C, so what follows at once is not a second one. */
const SAME_PRESS_MS = 1000;
const PARENT_CHECK_MS = 300;

/**
 * Turns the wish to stop into one abort: the first Ctrl-C or SIGTERM is polite, a second one calls
 * `immediately`. Where npm started this process, npm's death counts as the wish to stop.
 */
export class StopSignal {
  readonly #controller = new AbortController();
  readonly #immediately: () => void;
  readonly #onSignal = (signal: NodeJS.Signals) => this.#hear(signal);
  #firstAt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(immediately: () => void) {
    this.#immediately = immediately;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, this.#onSignal);
    const parent = process.ppid;
    if (!startedByNpm()) return;
    this.#timer = setInterval(() => {
      if (process.ppid !== parent) this.abort("its parent ended");
    }, PARENT_CHECK_MS);
    this.#timer.unref();
  }

  abort(reason: string): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(reason);
  }

  /** Waits for the wish to stop, or for this long; null waits for ever. */
  async within(ms: number | null): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      // Without a time, the open handles of the running parts keep the process alive.
      const timer = ms === null ? null : setTimeout(resolve, ms);
      this.signal.addEventListener(
        "abort",
        () => {
          if (timer !== null) clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  stop(): void {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, this.#onSignal);
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #hear(signal: NodeJS.Signals): void {
    if (this.#firstAt === 0) {
      this.#firstAt = Date.now();
      this.abort(signal);
    } else if (Date.now() - this.#firstAt > SAME_PRESS_MS) this.#immediately();
  }
}
