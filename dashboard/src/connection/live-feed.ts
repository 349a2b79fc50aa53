import type { AppRouter } from "@sentinel/cloud/api/router";
import type { TRPCClient } from "@trpc/client";
import type { EventItem } from "./api.ts";

type FeedListener = (event: EventItem) => void;

/**
 * Events as they happen, for whoever on the page wants them: one subscription for the whole page. The
 * socket asks again from the last row id after a loss, so no row is missed and none comes twice.
 */
export class LiveFeed {
  #listeners = new Set<FeedListener>();
  #readyListeners = new Set<() => void>();
  #subscription: { unsubscribe(): void } | null = null;
  #ready = false;

  /** True once the cloud has begun to send (or has refused to): lists read from now on miss nothing. */
  get ready(): boolean {
    return this.#ready;
  }

  start(client: TRPCClient<AppRouter>): void {
    this.#subscription = client.live.events.subscribe(
      { afterRowId: null },
      {
        onStarted: () => this.#becomeReady(),
        onData: ({ data }) => {
          for (const listener of this.#listeners) listener(data.event);
        },
        onError: () => this.#becomeReady(),
      },
    );
  }

  stop(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
  }

  /** Every new state of an event, in the cloud's order, until the returned function is called. */
  onEvent(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when `ready` turns true, until the returned function is called. */
  onReady = (listener: () => void): (() => void) => {
    this.#readyListeners.add(listener);
    return () => this.#readyListeners.delete(listener);
  };

  #becomeReady(): void {
    if (this.#ready) return;
    this.#ready = true;
    for (const listener of this.#readyListeners) listener();
  }
}
