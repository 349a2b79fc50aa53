import { Wakeup } from "./wakeup.ts";

/** Changes are told to one follower at most this often: every node reports every few seconds. */
const PERIOD_MS = 1_000;

/** What people may want to ask for again: each is a router of the API. */
const CHANGES = [
  "cameras",
  "nodes",
  "triage",
  "datasets",
  "training",
  "models",
  "rollouts",
  "people",
] as const;

/** One of these. */
export type Change = (typeof CHANGES)[number];

/** Tells every follower what changed; several changes in a period are told as one. */
export class ChangeFeed {
  readonly #followers = new Set<{ pending: Set<Change>; wakeup: Wakeup }>();

  /** Takes a notification's payload; null means that some may have been missed. */
  notify(payload: string | null): void {
    const named = CHANGES.filter((change) => change === payload);
    const changes = named.length > 0 ? named : CHANGES;
    for (const { pending, wakeup } of this.#followers) {
      for (const change of changes) pending.add(change);
      wakeup.call();
    }
  }

  /** Tells changes until `signal` aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<Change, void, undefined> {
    const follower = { pending: new Set<Change>(), wakeup: new Wakeup() };
    this.#followers.add(follower);
    try {
      while (!signal.aborted) {
        await follower.wakeup.wait(signal);
        const changes = [...follower.pending];
        follower.pending.clear();
        yield* changes;
        await new Wakeup().wait(signal, PERIOD_MS);
      }
    } finally {
      this.#followers.delete(follower);
    }
  }
}
