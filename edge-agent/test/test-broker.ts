import { type AddressInfo, createServer, type Socket } from "node:net";
import { ackSchema } from "@sentinel/protocol/ack";
import type { Command } from "@sentinel/protocol/command";
import type { Desired } from "@sentinel/protocol/desired";
import {
  type EventBatch,
  eventBatchSchema,
  type NumberedRow,
  numberRows,
} from "@sentinel/protocol/event-batch";
import { parsePayload } from "@sentinel/protocol/payload";
import { type Preview, previewSchema } from "@sentinel/protocol/preview";
import { type Reply, replySchema } from "@sentinel/protocol/reply";
import { type OnlineStatus, type Status, statusSchema } from "@sentinel/protocol/status";
import { type Telemetry, telemetrySchema } from "@sentinel/protocol/telemetry";
import { nodeTopic, parseTopic } from "@sentinel/protocol/topics";
import { Aedes } from "aedes";
import { onTestFinished } from "vitest";
import type { z } from "zod";

/** What the cloud sends to a node. */
type ToNode = "acks" | "commands" | "desired";

/** How the cloud behind the broker answers a batch. */
export type OnBatch = (batch: EventBatch, commit: () => void) => void;

/**
 * A real MQTT broker with a small cloud behind it: it commits rows in memory by the rules of the
 * sync (repeats dropped, gaps answered with the watermark, acknowledged after commit). Every message
 * that does not fit the protocol is kept in `invalid`.
 */
export class TestBroker {
  readonly #aedes: Aedes;
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  readonly nodeId: string;
  readonly committed = new Map<string, NumberedRow[]>();
  readonly watermarks = new Map<string, number>();
  readonly batches: EventBatch[] = [];
  readonly statuses: Status[] = [];
  readonly telemetry: Telemetry[] = [];
  readonly replies: Reply[] = [];
  readonly previews: Preview[] = [];
  readonly invalid: string[] = [];
  repeatedRows = 0;
  /** Replaced by tests in which the cloud misbehaves. */
  onBatch: OnBatch = (_batch, commit) => commit();
  /** The password that nodes must give; null lets everybody in. */
  password: string | null = null;

  private constructor(aedes: Aedes, nodeId: string) {
    this.#aedes = aedes;
    this.nodeId = nodeId;
    aedes.authenticate = (_client, _user, password, done) => {
      done(null, this.password === null || password?.toString() === this.password);
    };
    aedes.on("publish", ({ topic, payload }, client) => {
      if (client !== null) this.#receive(topic, Buffer.from(payload));
    });
  }

  static async start(nodeId = "node-1", port = 0): Promise<TestBroker> {
    const broker = new TestBroker(await Aedes.createBroker(), nodeId);
    await new Promise<void>((resolve) => broker.#server.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => broker.stop());
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Every row committed so far, over all epochs, in order. */
  get rows(): NumberedRow[] {
    return [...this.committed.values()].flat();
  }

  acknowledge(epoch: string, committedSeq: number): void {
    this.#send("acks", ackSchema.parse({ epoch, committedSeq }));
  }

  command(command: Command): void {
    this.#send("commands", command);
  }

  /** Desired state, retained: it comes with every connection. */
  desire(desired: Partial<Desired>): void {
    const whole: Desired = {
      nodeId: this.nodeId,
      at: Date.now(),
      statement: null,
      cameraRevision: 0,
      cameras: [],
      ...desired,
    };
    this.#publish("desired", Buffer.from(JSON.stringify(whole)), true);
  }

  /** The newest status in which the node is online. */
  get status(): OnlineStatus | null {
    const last = this.statuses.at(-1);
    return last?.online === true ? last : null;
  }

  sendRaw(suffix: ToNode, payload: string): void {
    this.#publish(suffix, Buffer.from(payload));
  }

  /** Breaks every connection, as a lost network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    this.#aedes.handle(socket);
  }

  #send(suffix: "acks" | "commands", message: object): void {
    this.#publish(suffix, Buffer.from(JSON.stringify(message)));
  }

  #publish(suffix: ToNode, payload: Buffer, retain = false): void {
    const packet = { cmd: "publish", qos: 1, retain, dup: false } as const;
    this.#aedes.publish(
      { ...packet, topic: nodeTopic(this.nodeId, suffix), payload },
      () => undefined,
    );
  }

  #receive(topic: string, payload: Buffer): void {
    const suffix = parseTopic(topic)?.suffix;
    const take = <S extends z.ZodType>(schema: S, into: (value: z.output<S>) => void) => {
      const parsed = parsePayload(payload, schema);
      if (parsed.ok) into(parsed.value);
      else this.invalid.push(`${topic}: ${parsed.fault}: ${parsed.detail}`);
    };
    if (suffix === "events") take(eventBatchSchema, (batch) => this.#takeBatch(batch));
    else if (suffix === "status") take(statusSchema, (status) => this.statuses.push(status));
    else if (suffix === "telemetry") take(telemetrySchema, (value) => this.telemetry.push(value));
    else if (suffix === "replies") take(replySchema, (reply) => this.replies.push(reply));
    else if (suffix === "preview") take(previewSchema, (preview) => this.previews.push(preview));
    else this.invalid.push(`${topic}: not a topic that a node publishes`);
  }

  #takeBatch(batch: EventBatch): void {
    this.batches.push(batch);
    this.onBatch(batch, () => {
      this.#commit(batch);
      this.acknowledge(batch.epoch, this.watermarks.get(batch.epoch) ?? 0);
    });
  }

  #commit(batch: EventBatch): void {
    const numbered = numberRows(batch);
    if (numbered === null) {
      this.invalid.push("a gap row ends before it begins");
      return;
    }
    let watermark = this.watermarks.get(batch.epoch) ?? 0;
    if (batch.firstSeq > watermark + 1) return;
    const committed = this.committed.get(batch.epoch) ?? [];
    for (const row of numbered) {
      if (row.throughSeq <= watermark) {
        this.repeatedRows += 1;
        continue;
      }
      committed.push(row);
      watermark = row.throughSeq;
    }
    this.committed.set(batch.epoch, committed);
    this.watermarks.set(batch.epoch, watermark);
  }
}
