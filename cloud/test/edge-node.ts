import { Socket } from "node:net";
import { type Ack, ackSchema } from "@sentinel/protocol/ack";
import type { OutboxRow } from "@sentinel/protocol/event-batch";
import { nodeTopic, type TopicSuffix } from "@sentinel/protocol/topics";
import { connectAsync, type MqttClient } from "mqtt";
import { uuidV7 } from "./uuid-v7.ts";

/** A node at the broker, with a real MQTT client and no outbox: tests say what it sends. */
export class EdgeNode {
  readonly nodeId: string;
  readonly epoch: string = uuidV7();
  readonly client: MqttClient;
  readonly acks: Ack[] = [];
  readonly commands: unknown[] = [];
  #waiting: (() => void)[] = [];

  private constructor(nodeId: string, client: MqttClient) {
    this.nodeId = nodeId;
    this.client = client;
    client.on("message", (topic, payload) => {
      const message: unknown = JSON.parse(payload.toString());
      if (topic.endsWith("/acks")) this.acks.push(ackSchema.parse(message));
      else this.commands.push(message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async connect(url: string, nodeId: string, password: string): Promise<EdgeNode> {
    const client = await connectAsync(url, {
      username: nodeId,
      password,
      protocolVersion: 4,
      reconnectPeriod: 200,
    });
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    const node = new EdgeNode(nodeId, client);
    await client.subscribeAsync([nodeTopic(nodeId, "acks"), nodeTopic(nodeId, "commands")], {
      qos: 1,
    });
    return node;
  }

  /** Publishes to one of its own topics. */
  async send(suffix: TopicSuffix, message: unknown, retain = false): Promise<void> {
    const payload =
      message instanceof Uint8Array ? Buffer.from(message) : Buffer.from(JSON.stringify(message));
    await this.client.publishAsync(nodeTopic(this.nodeId, suffix), payload, { qos: 1, retain });
  }

  /** Sends rows as one batch. */
  async sendBatch(firstSeq: number, rows: readonly OutboxRow[], epoch = this.epoch): Promise<void> {
    await this.send("events", { nodeId: this.nodeId, epoch, firstSeq, rows });
  }

  /** Sends rows as one batch and waits for the acknowledgement. */
  async sendForAck(firstSeq: number, rows: readonly OutboxRow[]): Promise<Ack> {
    const heard = this.acks.length;
    await this.sendBatch(firstSeq, rows);
    await this.until(() => this.acks.length > heard);
    return this.acks.at(-1) as Ack;
  }

  /** Waits until something that it hears makes the condition true. */
  async until(condition: () => boolean, withinMs = 20_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!condition()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`${this.nodeId} waited in vain`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, Math.min(leftMs, 200));
      });
    }
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true);
  }
}
