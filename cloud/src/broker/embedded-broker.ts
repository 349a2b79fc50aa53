import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { MESSAGE_BOUNDS } from "@sentinel/protocol/payload";
import { nodeTopic, parseTopic } from "@sentinel/protocol/topics";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import type { Logger } from "pino";
import { cloudError } from "../errors.ts";
import { nodeMayPublish, nodeMaySubscribe } from "./access-rules.ts";
import { NodePasswords } from "./node-passwords.ts";
import { PacketGate } from "./packet-gate.ts";

/** What the cloud itself connects with; made anew in each process and never written down. */
export interface BrokerCredential {
  url: string;
  username: string;
  password: string;
}

/** Why a client was refused or sent away. */
export type Refusal =
  | "bad-password"
  | "too-many-connections"
  | "forbidden-publish"
  | "forbidden-subscribe"
  | "packet-too-large";

/**
 * The longest packet that is taken off a socket. Far above any message of ours: one that is merely
 * too large must reach ingest, which keeps it as dead letter and goes on with the next.
 */
const MAX_PACKET_BYTES = 16 * 1024 * 1024;
const MAX_CONNECTIONS_PER_NODE = 8;
const MAX_KEEPALIVE_SECONDS = 300;
/** How often the password file is looked at. */
const RELOAD_MS = 2_000;
/** A subscriber that takes nothing for so long is sent away, so that it holds up nobody else. */
const DRAIN_TIMEOUT_MS = 20_000;
const CLOUD = "$cloud";

/**
 * The MQTT 3.1.1 broker in the cloud's own process. It keeps no sessions and no messages but, for each
 * node, its status and what it should do: what must not be lost is acknowledged end to end and sent again. A node
 * may publish and subscribe only below its own prefix; the cloud may do all.
 */
export class EmbeddedBroker {
  readonly #port: number;
  readonly #logger: Logger;
  readonly #onRefusal: (reason: Refusal, nodeId: string | null) => void;
  readonly #passwords: NodePasswords;
  readonly #cloudPassword = randomBytes(32).toString("hex");
  /** Who each connected client is: a node's id, or {@link CLOUD}. */
  readonly #identities = new WeakMap<Client, string>();
  readonly #connections = new Map<string, Set<Client>>();
  readonly #sockets = new Set<Socket>();
  #aedes: Aedes | null = null;
  #server: Server | null = null;
  #timer: NodeJS.Timeout | undefined;
  #reloadFault: string | null = null;

  constructor(options: {
    /** Port on 127.0.0.1; 0 is any that is free. */
    port: number;
    nodePasswordsFile: string;
    logger: Logger;
    onRefusal: (reason: Refusal, nodeId: string | null) => void;
  }) {
    this.#port = options.port;
    this.#logger = options.logger;
    this.#onRefusal = options.onRefusal;
    this.#passwords = new NodePasswords(options.nodePasswordsFile);
  }

  /** @throws CodedError NODE_PASSWORDS_UNREADABLE or PORT_IN_USE. */
  async start(): Promise<{ port: number; credential: BrokerCredential }> {
    await this.#passwords.reload();
    const aedes = await Aedes.createBroker({
      // Bounds messages in delivery over all clients: one slow subscriber would stop the others.
      concurrency: 0,
      drainTimeout: DRAIN_TIMEOUT_MS,
      maxInflightInbound: 1,
      preConnect: (_client, packet, done) => {
        const isCloud = packet.username === CLOUD;
        // Ids are of the broker's making, so that no node can take over another's connection.
        packet.clientId = `${packet.username ?? ""}/${packet.clientId}`.slice(0, 200);
        packet.clean = true;
        if (!isCloud) packet.keepalive = Math.min(packet.keepalive || 300, MAX_KEEPALIVE_SECONDS);
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        this.#authenticate(client, username, password).then(
          (refusal) => (refusal === null ? done(null, true) : done(refusal, null)),
          (error: Error) => done(Object.assign(error, { returnCode: 3 }), null),
        );
      },
      authorizePublish: (client, packet, done) => {
        const nodeId = client === null ? undefined : this.#identities.get(client);
        if (nodeId === CLOUD) return done();
        if (nodeId === undefined || packet.qos === 2 || !nodeMayPublish(nodeId, packet.topic)) {
          this.#refuse("forbidden-publish", nodeId ?? null);
          return done(new Error("not allowed to publish here"));
        }
        // Only the status is worth keeping, and a bound must hold for what is kept.
        if (parseTopic(packet.topic)?.suffix !== "status") packet.retain = false;
        if (packet.payload.length > MESSAGE_BOUNDS.maxBytes) packet.retain = false;
        done();
      },
      authorizeSubscribe: (client, subscription, done) => {
        const nodeId = this.#identities.get(client);
        if (nodeId === CLOUD) return done(null, subscription);
        if (nodeId !== undefined && nodeMaySubscribe(nodeId, subscription.topic)) {
          return done(null, subscription);
        }
        this.#refuse("forbidden-subscribe", nodeId ?? null);
        done(null, null);
      },
    });
    this.#aedes = aedes;
    aedes.on("clientError", (client, error) => {
      this.#logger.debug({ err: error, nodeId: this.#identities.get(client) }, "client error");
    });
    aedes.on("connectionError", (_client, error) => {
      this.#logger.debug({ err: error }, "connection error");
    });
    const port = await this.#listen(aedes);
    this.#timer = setInterval(() => void this.#reload(), RELOAD_MS);
    const url = `mqtt://127.0.0.1:${port}`;
    return { port, credential: { url, username: CLOUD, password: this.#cloudPassword } };
  }

  /** Ends every connection and stops listening. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const server = this.#server;
    const closed =
      server === null
        ? Promise.resolve()
        : new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) =>
      this.#aedes === null ? resolve() : this.#aedes.close(resolve),
    );
    await closed;
  }

  #listen(aedes: Aedes): Promise<number> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.setNoDelay(true);
      const gate = new PacketGate(socket, MAX_PACKET_BYTES);
      gate.on("error", (error) => {
        if (error.message.startsWith("packet longer")) this.#refuse("packet-too-large", null);
      });
      aedes.handle(gate);
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => {
        reject(
          error.code === "EADDRINUSE"
            ? cloudError("PORT_IN_USE", `port ${this.#port} (MQTT) is in use`, error)
            : error,
        );
      });
      server.listen(this.#port, "127.0.0.1", () => {
        const address = server.address();
        resolve(address !== null && typeof address === "object" ? address.port : this.#port);
      });
    });
  }

  /** @returns null where the client may come in; the error for its CONNACK otherwise. */
  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | null> {
    const given = password ?? Buffer.alloc(0);
    if (username === CLOUD) {
      const right = Buffer.from(this.#cloudPassword);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return this.#bad(null);
      this.#identities.set(client, CLOUD);
      return null;
    }
    if (username === undefined) return this.#bad(null);
    await this.#reload();
    const check = await this.#passwords.check(username, given);
    if (check === "busy") return refusal("server busy", 3);
    if (check === "wrong") return this.#bad(this.#passwords.has(username) ? username : null);
    const connections = this.#connections.get(username) ?? new Set();
    if (connections.size >= MAX_CONNECTIONS_PER_NODE) {
      this.#refuse("too-many-connections", username);
      return refusal("too many connections", 3);
    }
    if (client.closed) return refusal("connection closed", 3);
    this.#connections.set(username, connections);
    connections.add(client);
    this.#identities.set(client, username);
    client.conn.once("close", () => {
      connections.delete(client);
      if (connections.size === 0) this.#connections.delete(username);
    });
    return null;
  }

  #bad(nodeId: string | null): AuthenticateError {
    this.#refuse("bad-password", nodeId);
    return refusal("bad user name or password", 4);
  }

  #refuse(reason: Refusal, nodeId: string | null): void {
    this.#onRefusal(reason, nodeId);
  }

  /** Takes a changed password file, and sends away whom it no longer lets in. */
  async #reload(): Promise<void> {
    let gone: string[];
    try {
      gone = await this.#passwords.reload();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.#reloadFault) {
        this.#logger.warn({ err: error }, "node passwords stay as they were");
      }
      this.#reloadFault = message;
      return;
    }
    this.#reloadFault = null;
    for (const nodeId of gone) {
      for (const client of this.#connections.get(nodeId) ?? []) client.close();
      if (this.#passwords.has(nodeId)) continue;
      this.#logger.info({ nodeId }, "node removed from the broker");
      this.#aedes?.publish(
        {
          cmd: "publish",
          topic: nodeTopic(nodeId, "status"),
          payload: Buffer.alloc(0),
          qos: 0,
          retain: true,
          dup: false,
        },
        () => {},
      );
    }
  }
}

function refusal(message: string, returnCode: 3 | 4): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
