import { Wakeup } from "./wakeup.ts";

/** Arrivals that wait for one follower; a slower one misses the oldest. */
const MAX_WAITING = 1_000;

/** Tells followers the SHA-256 of each snapshot whose picture has arrived and can be shown. */
export class SnapshotFeed {
  readonly #followers = new Set<{ waiting: Set<string>; wakeup: Wakeup }>();

  /** Takes a notification's payload; null, some may have been missed, tells nothing. */
  notify(payload: string | null): void {
    if (payload === null) return;
    for (const { waiting, wakeup } of this.#followers) {
      waiting.add(payload);
      if (waiting.size > MAX_WAITING) waiting.delete(waiting.values().next().value ?? "");
      wakeup.call();
    }
  }

  /** Tells arrivals until `signal` aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    const follower = { waiting: new Set<string>(), wakeup: new Wakeup() };
    this.#followers.add(follower);
    try {
      while (!signal.aborted) {
        await follower.wakeup.wait(signal);
        const arrived = [...follower.waiting];
        follower.waiting.clear();
        yield* arrived;
      }
    } finally {
      this.#followers.delete(follower);
    }
  }
}
