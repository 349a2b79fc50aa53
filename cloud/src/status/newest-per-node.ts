import { setTimeout as delay } from "node:timers/promises";
import { isContentRefused } from "../database/postgres.ts";

const RETRY_MS = 1_000;

/**
 * Stores the newest value of each node, one after the other. Where the database is away only the
 * newest waits, so that memory stays bounded by the number of nodes.
 */
export class NewestPerNode<Value> {
  readonly #store: (nodeId: string, value: Value) => Promise<void>;
  readonly #onFault: (nodeId: string, error: unknown, forGood: boolean) => void;
  readonly #waiting = new Map<string, Value>();
  readonly #stopped = new AbortController();
  #working: Promise<void> | null = null;

  constructor(
    store: (nodeId: string, value: Value) => Promise<void>,
    onFault: (nodeId: string, error: unknown, forGood: boolean) => void,
  ) {
    this.#store = store;
    this.#onFault = onFault;
  }

  put(nodeId: string, value: Value): void {
    this.#waiting.set(nodeId, value);
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  /** Ends after the value that is being stored. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (const [nodeId, value] of this.#inOrder()) {
      try {
        await this.#store(nodeId, value);
      } catch (error) {
        const forGood = isContentRefused(error);
        this.#onFault(nodeId, error, forGood);
        if (forGood) continue;
        if (!this.#waiting.has(nodeId)) this.#waiting.set(nodeId, value);
        await delay(RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => {});
      }
    }
  }

  *#inOrder(): Generator<[string, Value]> {
    while (!this.#stopped.signal.aborted) {
      const next = this.#waiting.entries().next();
      if (next.done === true) return;
      this.#waiting.delete(next.value[0]);
      yield next.value;
    }
  }
}
