import type { AppRouter } from "@sentinel/cloud/api/router";
import { QueryClient } from "@tanstack/react-query";
import {
  createTRPCClient,
  createWSClient,
  type TRPCClient,
  TRPCClientError,
  wsLink,
} from "@trpc/client";
import { ServerClock } from "../clock/server-clock.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  nextConnectionState,
} from "./connection-state.ts";
import { LiveFeed } from "./live-feed.ts";

/** Waits between attempts to reconnect: quick at first, then every three seconds. */
const RETRY_DELAYS_MS = [250, 500, 1000, 2000, 3000] as const;

/** The code with which the cloud closes the line of a session that is over. */
const SIGNED_OUT = 4401;

/** Where the cloud listens: the address that the page itself came from. */
function socketUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/trpc`;
}

/**
 * The page's one line to the cloud: a WebSocket that carries every query and subscription, and comes
 * back by itself. After a loss everything on screen is asked for again.
 */
export class Connection {
  readonly clock = new ServerClock();
  readonly feed = new LiveFeed();
  readonly queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 5_000,
        retry: 1,
        retryDelay: 400,
        refetchOnWindowFocus: false,
      },
    },
  });
  readonly #onSignedOut: () => void;
  #state: ConnectionState = { phase: "connecting", since: Date.now() };
  #listeners = new Set<() => void>();
  #client: TRPCClient<AppRouter> | null = null;
  #socket: ReturnType<typeof createWSClient> | null = null;
  #changes: { unsubscribe(): void } | null = null;

  /** @param onSignedOut called once the cloud says that nobody is behind this page any more. */
  constructor(onSignedOut: () => void) {
    this.#onSignedOut = onSignedOut;
  }

  /** Typed procedures of the cloud. Throws where the connection was not started. */
  get client(): TRPCClient<AppRouter> {
    if (this.#client === null) throw new Error("the connection is not started");
    return this.#client;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Calls back whenever `state` changed, until the returned function is called. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the line; the feed is subscribed before any query is sent, so nothing falls between. */
  start(): void {
    const socket = createWSClient({
      url: socketUrl,
      retryDelayMs: (attempt) => RETRY_DELAYS_MS[attempt] ?? 3000,
      keepAlive: { enabled: true, intervalMs: 5_000, pongTimeoutMs: 3_000 },
      onOpen: () => void this.#opened(),
      onClose: (cause) => {
        this.#happened("lost");
        if (cause?.code === SIGNED_OUT) this.#onSignedOut();
      },
      onError: () => this.#happened("lost"),
    });
    this.#socket = socket;
    this.#client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    this.feed.start(this.#client);
    this.#changes = this.#client.live.changes.subscribe(undefined, {
      onData: ({ what }) => void this.queryClient.invalidateQueries({ queryKey: [[what]] }),
      onError: () => undefined,
    });
  }

  stop(): void {
    this.feed.stop();
    this.#changes?.unsubscribe();
    void this.#socket?.close();
    this.#changes = null;
    this.#socket = null;
    this.#client = null;
  }

  async #opened(): Promise<void> {
    const first = this.#state.phase === "connecting";
    this.#happened("opened");
    try {
      const askedAt = Date.now();
      const info = await this.client.system.info.query();
      this.clock.learn(info.serverTime, askedAt, Date.now());
      if (!first) await this.queryClient.invalidateQueries();
      this.#happened("caught-up");
    } catch (error) {
      if (isSignedOut(error)) return this.#onSignedOut();
      // The line went away again; its loss is told by onClose, and the next opening tries again.
    }
  }

  #happened(event: ConnectionEvent): void {
    const next = nextConnectionState(this.#state, event, Date.now());
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.code === "UNAUTHORIZED";
}
