import { Socket } from "node:net";
import { connect, type MqttClient } from "mqtt";
import type { Logger } from "pino";
import { cloudError } from "../errors.ts";

/** A subscription: MQTT topic filter and the QoS it is wanted with. */
export interface Subscription {
  filter: string;
  qos: 0 | 1;
}

/** How and as whom the link connects. */
export interface LinkCredential {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
}

/**
 * Takes one message. The next one comes after the promise is settled, and only then is this one
 * acknowledged to the broker. `gone` aborts when the connection that brought it is lost.
 */
export type MessageHandler = (topic: string, payload: Buffer, gone: AbortSignal) => Promise<void>;

const RECONNECT_MS = 1_000;
const TCP_KEEPALIVE_MS = 15_000;

/**
 * One connection of the cloud to the broker, made again whenever it is lost. It takes one message
 * at a time: while one is being handled the socket is not read, so that whoever sends too much
 * waits at the broker and memory stays bounded. MQTT's own pings cannot be used then (the answer
 * would wait behind the message), so the connection is watched by TCP.
 */
export class MqttLink {
  readonly #name: string;
  readonly #credential: LinkCredential;
  readonly #logger: Logger;
  readonly #subscriptions: Map<string, 0 | 1>;
  readonly #onMessage: MessageHandler;
  readonly #onUp: () => void;
  #client: MqttClient | null = null;
  #gone = new AbortController();
  #subscribed = false;
  #fault: string | null = "not yet connected";

  constructor(options: {
    /** Part of the MQTT client id, for people who look at the broker. */
    name: string;
    credential: LinkCredential;
    subscriptions: readonly Subscription[];
    onMessage: MessageHandler;
    /** Called whenever the connection is made and subscribed. */
    onUp?: () => void;
    logger: Logger;
  }) {
    this.#name = options.name;
    this.#credential = options.credential;
    this.#logger = options.logger;
    this.#subscriptions = new Map(options.subscriptions.map(({ filter, qos }) => [filter, qos]));
    this.#onMessage = options.onMessage;
    this.#onUp = options.onUp ?? (() => {});
  }

  /** Why the link is not up, or null while it is connected and subscribed. */
  get fault(): string | null {
    return this.#subscribed ? null : this.#fault;
  }

  /** Begins to connect; does not wait for it. */
  start(): void {
    const { url, username, password } = this.#credential;
    const client = connect(url, {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clientId: `sentinel-cloud-${this.#name}-${crypto.randomUUID()}`,
      protocolVersion: 4,
      clean: true,
      keepalive: 0,
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: 10_000,
      resubscribe: false,
      queueQoSZero: false,
    });
    this.#client = client;
    client.handleMessage = (packet, callback) => {
      const payload = Buffer.isBuffer(packet.payload)
        ? packet.payload
        : Buffer.from(packet.payload ?? "");
      // Never with an error: the library would end the connection over one bad message.
      this.#onMessage(packet.topic, payload, this.#gone.signal)
        .catch((error: unknown) => {
          this.#logger.error({ err: error, topic: packet.topic }, "message handler failed");
        })
        .finally(() => callback());
    };
    client.on("connect", () => void this.#subscribeAll(client));
    client.on("close", () => this.#onLost());
    client.on("error", (error) => {
      // It is tried every second; the same fault is told once.
      const level = this.#fault === error.message ? "debug" : "warn";
      this.#fault = error.message;
      const err = cloudError("BROKER_UNREACHABLE", error.message, error);
      this.#logger[level]({ err, link: this.#name }, "broker connection failed");
    });
  }

  /**
   * Sends a message where the link is up; the broker keeps a retained one for those who come later.
   * @returns false where it is not up; nothing is kept then.
   */
  publish(topic: string, payload: string, qos: 0 | 1, retain = false): boolean {
    if (this.#client?.connected !== true) return false;
    this.#client.publish(topic, payload, { qos, retain }, (error) => {
      if (error !== undefined && error !== null) {
        this.#logger.debug({ err: error, topic }, "message not sent");
      }
    });
    return true;
  }

  /** Adds a subscription, now and after every reconnect. */
  subscribe(filter: string, qos: 0 | 1): void {
    this.#subscriptions.set(filter, qos);
    if (this.#client?.connected === true) this.#client.subscribe(filter, { qos });
  }

  /** Ends a subscription. */
  unsubscribe(filter: string): void {
    this.#subscriptions.delete(filter);
    if (this.#client?.connected === true) this.#client.unsubscribe(filter);
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#gone.abort();
    if (client !== null) await client.endAsync(true);
  }

  async #subscribeAll(client: MqttClient): Promise<void> {
    this.#gone = new AbortController();
    if (client.stream instanceof Socket) {
      client.stream.setKeepAlive(true, TCP_KEEPALIVE_MS);
      // Small messages at once: with Nagle's algorithm each waits for the last one's TCP ACK.
      client.stream.setNoDelay(true);
    }
    const wanted = [...this.#subscriptions].map(([filter, qos]) => [filter, { qos }] as const);
    try {
      if (wanted.length > 0) await client.subscribeAsync(Object.fromEntries(wanted));
      this.#subscribed = true;
      this.#fault = null;
      this.#logger.info({ link: this.#name }, "connected to the broker");
      this.#onUp();
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ err: error, link: this.#name }, "subscription refused");
    }
  }

  #onLost(): void {
    this.#gone.abort();
    if (this.#subscribed) this.#fault = "connection lost";
    this.#subscribed = false;
  }
}
