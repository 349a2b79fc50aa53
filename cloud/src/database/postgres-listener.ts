import pg from "pg";
import type { Logger } from "pino";

/** Told the payload of a notification, or null when some may have been missed. */
export type NotificationHandler = (payload: string | null) => void;

const RECONNECT_MS = 1_000;

/**
 * Hears PostgreSQL's notifications on a connection of its own. When that is lost it is made again,
 * and every handler is told that it may have missed something.
 */
export class PostgresListener {
  readonly #url: string;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, NotificationHandler[]>();
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(options: { url: string; logger: Logger }) {
    this.#url = options.url;
    this.#logger = options.logger;
  }

  /** Registers a handler; all of them before {@link start}. `channel` is a plain identifier. */
  on(channel: string, handler: NotificationHandler): void {
    const handlers = this.#handlers.get(channel) ?? [];
    this.#handlers.set(channel, handlers);
    handlers.push(handler);
  }

  /** Connects, and stays connected until {@link stop}. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: "sentinel-cloud-listener",
    });
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost) return;
      lost = true;
      if (this.#stopped) return;
      this.#logger.debug({ err: error }, "listener lost its connection");
      client.end().catch(() => {});
      this.#timer = setTimeout(() => void this.#connect(), RECONNECT_MS);
    };
    client.on("error", onLost);
    client.on("end", () => onLost());
    client.on("notification", ({ channel, payload }) => this.#tell(channel, payload ?? ""));
    this.#client = client;
    try {
      await client.connect();
      for (const channel of this.#handlers.keys()) await client.query(`listen ${channel}`);
      for (const channel of this.#handlers.keys()) this.#tell(channel, null);
    } catch (error) {
      onLost(error instanceof Error ? error : undefined);
    }
  }

  #tell(channel: string, payload: string | null): void {
    for (const handler of this.#handlers.get(channel) ?? []) handler(payload);
  }
}
