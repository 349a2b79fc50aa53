import { parseTopic, type TopicSuffix } from "@sentinel/protocol/topics";
import { connect, type MqttClient } from "mqtt";
import { Backoff } from "../backoff.ts";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";
import { redactUrls } from "../source/redact-url.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_SECONDS = 15;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** CONNACK codes 4 and 5 of MQTT 3.1.1 (section 3.2.2.3): bad user or password, not authorized. */
const REFUSED = [4, 5];

/** Bytes waiting in the socket beyond which the link counts as backed up. */
const BACKED_UP_BYTES = 512 * 1024;

/** What the link tells. */
export interface LinkListener {
  onConnect(): void;
  onDisconnect(): void;
  onMessage(suffix: TopicSuffix, payload: Uint8Array): void;
}

/** How the broker is reached. */
export interface LinkOptions {
  url: string;
  nodeId: string;
  /** The node's id where none is given. */
  username?: string | undefined;
  password?: string | undefined;
  /** What the broker publishes, retained, when the node is gone without a word. */
  will: { topic: string; payload: Uint8Array };
  subscriptions: readonly string[];
  faults: FaultLog;
  log: Logger;
}

/**
 * The connection to the broker: MQTT 3.1.1, a session that survives a lost connection, tried again
 * with growing pauses. Nothing is queued while there is no link: what must not be lost lies in the
 * outbox, and what was published on a connection that broke is forgotten, because the outbox sends
 * it again.
 */
export class MqttLink {
  readonly #options: LinkOptions;
  readonly #listener: LinkListener;
  readonly #backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS });
  readonly #unacknowledged = new Set<number>();
  #client: MqttClient | null = null;
  #up = false;

  constructor(options: LinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
  }

  get connected(): boolean {
    return this.#up;
  }

  /** True while the socket takes no more: what can be left out should be. */
  get backedUp(): boolean {
    const stream = this.#client?.stream;
    return stream === undefined || stream.writableLength > BACKED_UP_BYTES;
  }

  start(): void {
    const { url, nodeId, username, password, will } = this.#options;
    const client = connect(url, {
      protocolVersion: 4,
      clean: false,
      clientId: `sentinel-edge-${nodeId}`,
      username: username ?? nodeId,
      ...(password === undefined ? {} : { password }),
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: this.#backoff.next(),
      reconnectOnConnackError: true,
      queueQoSZero: false,
      resubscribe: false,
    });
    this.#client = client;
    client.on("connect", () => this.#subscribe(client));
    client.on("close", () => this.#closed(client));
    client.on("error", (error) => this.#fault(error));
    client.on("message", (topic, payload) => {
      const parsed = parseTopic(topic);
      if (parsed?.nodeId === nodeId && parsed.suffix !== "preview") {
        this.#listener.onMessage(parsed.suffix, payload);
      }
    });
  }

  /**
   * @returns false where there is no link; then nothing was published.
   */
  publish(topic: string, payload: Uint8Array, options: { qos: 0 | 1; retain?: boolean }): boolean {
    const client = this.#client;
    if (client === null || !this.#up) return false;
    let id: number | null = null;
    client.publish(
      topic,
      Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
      { qos: options.qos, retain: options.retain ?? false },
      () => {
        if (id !== null) this.#unacknowledged.delete(id);
      },
    );
    if (options.qos === 1) {
      id = client.getLastMessageId();
      this.#unacknowledged.add(id);
    }
    return true;
  }

  /** Publishes a last message, then says goodbye; the will is not sent after that. */
  async stop(last: { topic: string; payload: Uint8Array }, deadlineMs: number): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    const late = AbortSignal.timeout(deadlineMs);
    const isLate = new Promise<void>((resolve) => {
      late.addEventListener("abort", () => resolve(), { once: true });
    });
    if (this.#up) {
      const sent = client.publishAsync(last.topic, Buffer.from(last.payload), {
        qos: 1,
        retain: true,
      });
      await Promise.race([sent.catch(() => undefined), isLate]);
    }
    this.#up = false;
    const isForced = late.aborted || !client.connected;
    await Promise.race([client.endAsync(isForced).catch(() => undefined), isLate]);
  }

  #subscribe(client: MqttClient): void {
    client.subscribe([...this.#options.subscriptions], { qos: 1 }, (error) => {
      if (error !== null) {
        this.#fault(error);
        client.stream.destroy();
        return;
      }
      this.#up = true;
      this.#backoff.reset();
      this.#options.log.info("connected to the broker");
      this.#listener.onConnect();
    });
  }

  #closed(client: MqttClient): void {
    for (const id of this.#unacknowledged) client.removeOutgoingMessage(id);
    this.#unacknowledged.clear();
    client.options.reconnectPeriod = this.#backoff.next();
    if (!this.#up) return;
    this.#up = false;
    this.#options.log.warn("the connection to the broker is lost");
    this.#listener.onDisconnect();
  }

  #fault(error: Error & { code?: unknown }): void {
    const address = redactUrls(this.#options.url);
    const isRefused = REFUSED.includes(Number(error.code));
    const why = redactUrls(error.message || String(error.code ?? "no answer"));
    this.#options.faults.count(
      edgeError(isRefused ? "UPLINK_REFUSED" : "UPLINK_UNREACHABLE", `${address}: ${why}`, error),
    );
  }
}
