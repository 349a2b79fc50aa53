import { setTimeout as sleep } from "node:timers/promises";
import { ackSchema } from "@sentinel/protocol/ack";
import { type Desired, desiredSchema } from "@sentinel/protocol/desired";
import type { Detection } from "@sentinel/protocol/detection";
import { parsePayload } from "@sentinel/protocol/payload";
import type { OnlineStatus, Status } from "@sentinel/protocol/status";
import type { Telemetry } from "@sentinel/protocol/telemetry";
import { nodeTopic, type TopicSuffix } from "@sentinel/protocol/topics";
import type { LiveFrame } from "../decode/live-frame.ts";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { BatchSender } from "./batch-sender.ts";
import { type CommandActions, CommandHandler } from "./command-handler.ts";
import { MqttLink } from "./mqtt-link.ts";
import { PreviewPublisher } from "./preview-publisher.ts";
import { SnapshotUploader } from "./snapshot-uploader.ts";

/** Changes of the status within this time are told together. */
const STATUS_GATHER_MS = 200;

/** The status is told again this often, for its sequence number. */
const STATUS_EVERY_MS = 30_000;

/** How long the goodbye may take. */
const GOODBYE_MS = 1500;

export interface UplinkOptions {
  broker: { url: string; username?: string | undefined; password?: string | undefined };
  nodeId: string;
  outbox: Outbox;
  /** The reported state, as it is now. */
  status: () => OnlineStatus;
  /** Rows that the cloud has not committed yet. */
  pendingRows: () => number;
  /** True for a camera that this node has. */
  hasCamera: (cameraId: string) => boolean;
  /** The desired state came; it comes with every connection. */
  onDesired: (desired: Desired) => void;
  actions: Pick<CommandActions, "offerModel" | "probeCamera">;
  faults: FaultLog;
  log: Logger;
}

/** Everything that the edge and the cloud say to each other. */
export class Uplink {
  readonly #options: UplinkOptions;
  readonly #link: MqttLink;
  readonly #sender: BatchSender;
  readonly #previews: PreviewPublisher;
  readonly #uploads: SnapshotUploader;
  readonly #commands: CommandHandler;
  #statusTimer: NodeJS.Timeout | null = null;
  #statusPulse: NodeJS.Timeout | null = null;

  constructor(options: UplinkOptions) {
    const { broker, nodeId, outbox, faults, log } = options;
    this.#options = options;
    this.#link = new MqttLink(
      {
        ...broker,
        nodeId,
        will: { topic: nodeTopic(nodeId, "status"), payload: this.#offline() },
        subscriptions: (["acks", "commands", "desired"] as const).map((suffix) =>
          nodeTopic(nodeId, suffix),
        ),
        faults,
        log,
      },
      {
        onConnect: () => {
          this.#publishStatus();
          this.#sender.connected();
        },
        onDisconnect: () => this.#sender.disconnected(),
        onMessage: (suffix, payload) => this.#receive(suffix, payload),
      },
    );
    this.#sender = new BatchSender({
      outbox,
      nodeId,
      publish: (payload) => this.#publish("events", payload, { qos: 1 }),
      faults,
      log,
    });
    this.#previews = new PreviewPublisher({ nodeId, link: this.#link, faults });
    this.#uploads = new SnapshotUploader(outbox);
    this.#commands = new CommandHandler({
      actions: {
        watch: (cameraIds, untilAt) =>
          this.#previews.watch(cameraIds.filter(options.hasCamera), untilAt),
        uploadSnapshot: (sha256, to) => this.#uploads.upload(sha256, to),
        ...options.actions,
      },
      reply: (reply) => this.#publish("replies", toBytes(reply), { qos: 1 }),
      faults,
      log,
    });
  }

  start(): void {
    this.#sender.start();
    this.#link.start();
    this.#statusPulse = setInterval(() => this.#publishStatus(), STATUS_EVERY_MS);
  }

  /** There are new rows in the outbox. */
  wake(): void {
    this.#sender.wake();
  }

  /** The reported state changed. */
  statusChanged(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      this.#publishStatus();
    }, STATUS_GATHER_MS);
  }

  telemetry(telemetry: Telemetry): void {
    if (!this.#link.backedUp) this.#publish("telemetry", toBytes(telemetry), { qos: 0 });
  }

  /** A frame and what was found in it, for those who watch. */
  preview(frame: LiveFrame, detections: readonly Detection[]): Promise<void> {
    return this.#previews.offer(frame, detections);
  }

  /** Waits until the cloud has committed every row, there is no link, or the time is over. */
  async drain(deadlineMs: number): Promise<void> {
    const endAt = Date.now() + deadlineMs;
    while (Date.now() < endAt && this.#link.connected && this.#options.pendingRows() > 0) {
      this.#sender.wake();
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    this.#sender.stop();
    this.#uploads.stop();
    if (this.#statusTimer !== null) clearTimeout(this.#statusTimer);
    if (this.#statusPulse !== null) clearInterval(this.#statusPulse);
    const topic = nodeTopic(this.#options.nodeId, "status");
    await this.#link.stop({ topic, payload: this.#offline() }, GOODBYE_MS);
  }

  #receive(suffix: TopicSuffix, payload: Uint8Array): void {
    if (suffix === "commands") {
      void this.#commands.handle(payload);
      return;
    }
    if (suffix === "desired") {
      this.#receiveDesired(payload);
      return;
    }
    const ack = parsePayload(payload, ackSchema);
    if (ack.ok) this.#sender.acknowledged(ack.value);
    else this.#ignored("an acknowledgement", ack);
  }

  #receiveDesired(payload: Uint8Array): void {
    // Whoever takes a retained message away publishes an empty one.
    if (payload.byteLength === 0) return;
    const desired = parsePayload(payload, desiredSchema);
    if (!desired.ok) this.#ignored("desired state", desired);
    else if (desired.value.nodeId !== this.#options.nodeId) {
      this.#ignored("desired state", { fault: "schema", detail: "it is for another node" });
    } else this.#options.onDesired(desired.value);
  }

  #ignored(what: string, { fault, detail }: { fault: string; detail: string }): void {
    const why = `${what} was ignored: ${fault}: ${detail}`;
    this.#options.faults.count(edgeError("UPLINK_MESSAGE_INVALID", why), { reason: fault });
  }

  #publishStatus(): void {
    if (!this.#link.connected) return;
    this.#publish("status", toBytes(this.#options.status()), { qos: 1, retain: true });
  }

  #publish(
    suffix: TopicSuffix,
    payload: Uint8Array,
    options: { qos: 0 | 1; retain?: boolean },
  ): boolean {
    return this.#link.publish(nodeTopic(this.#options.nodeId, suffix), payload, options);
  }

  #offline(): Uint8Array {
    const status: Status = { online: false, nodeId: this.#options.nodeId, at: Date.now() };
    return toBytes(status);
  }
}

function toBytes(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}
