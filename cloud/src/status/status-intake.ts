import { MESSAGE_BOUNDS, parsePayload } from "@sentinel/protocol/payload";
import { type Reply, replySchema } from "@sentinel/protocol/reply";
import { type Status, statusSchema } from "@sentinel/protocol/status";
import { type Telemetry, telemetrySchema } from "@sentinel/protocol/telemetry";
import { parseTopic } from "@sentinel/protocol/topics";
import type { z } from "zod";
import type { Postgres } from "../database/postgres.ts";
import type { DeadLetters } from "../ingest/dead-letters.ts";
import type { Tally } from "../ingest/tally.ts";
import { NewestPerNode } from "./newest-per-node.ts";
import { storeStatus } from "./store-status.ts";
import { storeTelemetry } from "./store-telemetry.ts";

/** Takes what nodes say of themselves: the topics `status`, `telemetry` and `replies`. */
export class StatusIntake {
  readonly #deadLetters: DeadLetters;
  readonly #tally: Tally;
  readonly #onReply: (nodeId: string, reply: Reply) => void;
  readonly #statuses: NewestPerNode<Status>;
  readonly #telemetry: NewestPerNode<Telemetry>;

  constructor(options: {
    database: Postgres;
    deadLetters: DeadLetters;
    tally: Tally;
    /** Called when a node comes online, not with each status of one that is. */
    onOnline: (nodeId: string) => void;
    onReply: (nodeId: string, reply: Reply) => void;
  }) {
    const { database, tally } = options;
    this.#deadLetters = options.deadLetters;
    this.#tally = tally;
    this.#onReply = options.onReply;
    const onFault = (nodeId: string, error: unknown, forGood: boolean) =>
      tally.count(forGood ? "not-storable" : "database-away", { nodeId, detail: String(error) });
    this.#statuses = new NewestPerNode<Status>(async (nodeId, status) => {
      if (await storeStatus(database, nodeId, status, Date.now())) options.onOnline(nodeId);
    }, onFault);
    this.#telemetry = new NewestPerNode<Telemetry>(
      (nodeId, telemetry) => storeTelemetry(database, nodeId, telemetry, Date.now()),
      onFault,
    );
  }

  /** Takes one message; never waits for the database. */
  async take(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseTopic(topic);
    // An empty payload is how a retained message is taken back (MQTT 3.1.1, 3.3.1.3).
    if (parsed === null || payload.byteLength === 0) return;
    const { nodeId, suffix } = parsed;
    if (suffix === "status") {
      const status = this.#parse(topic, nodeId, payload, statusSchema);
      if (status !== null && this.#isOwn(topic, nodeId, status.nodeId, payload)) {
        this.#statuses.put(nodeId, status);
      }
    } else if (suffix === "telemetry") {
      const telemetry = this.#parse(topic, nodeId, payload, telemetrySchema);
      if (telemetry !== null && this.#isOwn(topic, nodeId, telemetry.nodeId, payload)) {
        this.#telemetry.put(nodeId, telemetry);
      }
    } else if (suffix === "replies") {
      const reply = this.#parse(topic, nodeId, payload, replySchema);
      if (reply !== null) this.#onReply(nodeId, reply);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#statuses.stop(), this.#telemetry.stop()]);
  }

  #parse<S extends z.ZodType>(
    topic: string,
    nodeId: string,
    payload: Uint8Array,
    schema: S,
  ): z.output<S> | null {
    const parsed = parsePayload(payload, schema, MESSAGE_BOUNDS);
    if (parsed.ok) return parsed.value;
    this.#putAside(topic, nodeId, parsed.fault, parsed.detail, payload);
    return null;
  }

  #isOwn(topic: string, nodeId: string, said: string, payload: Uint8Array): boolean {
    if (said === nodeId) return true;
    this.#putAside(topic, nodeId, "wrong-node", `the message says ${said}`, payload);
    return false;
  }

  #putAside(
    topic: string,
    nodeId: string,
    reason: Parameters<Tally["count"]>[0],
    detail: string,
    payload: Uint8Array,
  ): void {
    this.#tally.count(reason, { nodeId, topic, detail });
    this.#deadLetters
      .keep({ topic, nodeId, reason, detail, payload })
      .catch(() => this.#tally.count("dead-letter-dropped", { nodeId }));
  }
}
