import type { AppRouter } from "@sentinel/cloud/api/router";
import type { TRPCClient } from "@trpc/client";
import type { EventItem } from "./api.ts";

type FeedListener = (event: EventItem) => void;

/** Arrivals are remembered for events that are told of, or shown, a little later. */
const MAX_ARRIVED = 2_000;

/**
 * Events as they happen and snapshots as they arrive, for whoever on the page wants them: subscribed
 * once for the whole page. The socket asks again from the last row id after a loss, so no row is missed and none comes twice.
 */
export class LiveFeed {
  #listeners = new Set<FeedListener>();
  #readyListeners = new Set<() => void>();
  #subscriptions: { unsubscribe(): void }[] = [];
  #arrived = new Set<string>();
  #arrivalListeners = new Set<() => void>();
  #ready = false;

  /** True once the cloud has begun to send (or has refused to): lists read from now on miss nothing. */
  get ready(): boolean {
    return this.#ready;
  }

  start(client: TRPCClient<AppRouter>): void {
    const snapshots = client.live.snapshots.subscribe(undefined, {
      onData: ({ sha256 }) => this.#snapshotArrived(sha256),
      onError: () => undefined,
    });
    const events = client.live.events.subscribe(
      { afterRowId: null },
      {
        onStarted: () => this.#becomeReady(),
        onData: ({ data }) => {
          for (const listener of this.#listeners) listener(data.event);
        },
        onError: () => this.#becomeReady(),
      },
    );
    this.#subscriptions = [snapshots, events];
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
  }

  /** Every new state of an event, in the cloud's order, until the returned function is called. */
  onEvent(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a snapshot is known to have arrived since the page was opened. */
  hasArrived(sha256: string): boolean {
    return this.#arrived.has(sha256);
  }

  /** Calls back whenever a snapshot arrived, until the returned function is called. */
  onArrival = (listener: () => void): (() => void) => {
    this.#arrivalListeners.add(listener);
    return () => this.#arrivalListeners.delete(listener);
  };

  /** Calls back when `ready` turns true, until the returned function is called. */
  onReady = (listener: () => void): (() => void) => {
    this.#readyListeners.add(listener);
    return () => this.#readyListeners.delete(listener);
  };

  #snapshotArrived(sha256: string): void {
    this.#arrived.add(sha256);
    if (this.#arrived.size > MAX_ARRIVED) {
      const [oldest = ""] = this.#arrived;
      this.#arrived.delete(oldest);
    }
    for (const listener of this.#arrivalListeners) listener();
  }

  #becomeReady(): void {
    if (this.#ready) return;
    this.#ready = true;
    for (const listener of this.#readyListeners) listener();
  }
}
