import type { CameraTelemetry, Telemetry } from "@sentinel/protocol/telemetry";
import type { OutboxFigures } from "../outbox/outbox.ts";
import { NodeMeter } from "./node-meter.ts";

/** How often figures are told. */
const PERIOD_MS = 2000;

/** Where the figures come from; each is asked once per period. */
export interface TelemetrySources {
  frames(): { decoded: number; inferred: number; dropped: number };
  cameras(periodMs: number): CameraTelemetry[];
  outbox(): OutboxFigures;
  rowsCreated(): number;
}

/** Puts the node's figures together, once per period, and hands them on. */
export class TelemetryPulse {
  readonly #nodeId: string;
  readonly #sources: TelemetrySources;
  readonly #publish: (telemetry: Telemetry) => void;
  readonly #node: NodeMeter;
  #timer: NodeJS.Timeout | null = null;
  #lastAt = 0;

  constructor(options: {
    nodeId: string;
    dataDir: string;
    sources: TelemetrySources;
    publish: (telemetry: Telemetry) => void;
  }) {
    this.#nodeId = options.nodeId;
    this.#sources = options.sources;
    this.#publish = options.publish;
    this.#node = new NodeMeter(options.dataDir);
  }

  start(): void {
    this.#lastAt = Date.now();
    this.#timer = setInterval(() => void this.#beat(), PERIOD_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #beat(): Promise<void> {
    const node = await this.#node.read();
    const at = Date.now();
    const periodMs = Math.max(1, at - this.#lastAt);
    this.#lastAt = at;
    const frames = this.#sources.frames();
    const outbox = this.#sources.outbox();
    this.#publish({
      nodeId: this.#nodeId,
      at,
      periodMs,
      ...node,
      framesDecoded: frames.decoded,
      framesInferred: frames.inferred,
      framesDropped: frames.dropped,
      rowsCreated: this.#sources.rowsCreated(),
      outboxRows: outbox.rows,
      outboxBytes: outbox.bytes,
      lastSeq: outbox.lastSeq,
      ackedSeq: outbox.ackedSeq,
      cameras: this.#sources.cameras(periodMs),
    });
  }
}
