import { readFileSync } from "node:fs";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { OnlineStatus, ReportedModel } from "@sentinel/protocol/status";
import { CameraLane } from "./camera-lane.ts";
import type { LoadedAgentConfig } from "./config.ts";
import { locateFfmpeg } from "./decode/ffmpeg-location.ts";
import { DetectorPool } from "./detect/detector-pool.ts";
import { FairQueue, type FrameHandler } from "./detect/fair-queue.ts";
import { type StartedDetector, startDetector } from "./detect/start-detector.ts";
import { FaultLog } from "./fault-log.ts";
import type { Logger } from "./log.ts";
import { loadCatalog } from "./model/catalog.ts";
import { resolveModel } from "./model/resolve-model.ts";
import type { ResolvedModel } from "./model/resolved-model.ts";
import { endCrashedTracks } from "./outbox/crash-recovery.ts";
import { DurableWriter } from "./outbox/durable-writer.ts";
import { Outbox, type OutboxFigures } from "./outbox/outbox.ts";
import { TelemetryPulse } from "./telemetry/telemetry-pulse.ts";
import { Uplink } from "./uplink/uplink.ts";

/** How long a polite stop waits until the cloud has every row. */
const DRAIN_MS = 5000;

const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  }
).version;

/** What an agent has done since its start. */
export interface AgentTotals {
  framesDecoded: number;
  framesInferred: number;
  framesDropped: number;
  rowsCreated: number;
}

/**
 * The whole agent: camera -> frame -> detection -> track -> event -> outbox -> MQTT. Parts are made
 * here and nowhere else, started in the order of the way's needs and stopped from its beginning, so
 * that what is under way still arrives.
 */
export class Agent {
  readonly #config: LoadedAgentConfig;
  readonly #log: Logger;
  readonly #faults: FaultLog;
  readonly #outbox: Outbox;
  readonly #writer: DurableWriter;
  readonly #pool: DetectorPool;
  readonly #queue: FairQueue;
  readonly #uplink: Uplink;
  readonly #pulse: TelemetryPulse;
  readonly #startedAt = Date.now();
  #lanes = new Map<string, CameraLane>();
  #detector: StartedDetector | null = null;
  #rowsCreated = 0;
  #figures: OutboxFigures | null = null;

  constructor(config: LoadedAgentConfig, log: Logger) {
    const { nodeId, dataDir, detectWorkers } = config;
    this.#config = config;
    this.#log = log;
    this.#faults = new FaultLog(log);
    this.#outbox = new Outbox({ dataDir, maxBytes: config.outboxMaxBytes });
    this.#writer = new DurableWriter({
      outbox: this.#outbox,
      faults: this.#faults,
      onWritten: () => {
        this.#rowsCreated += 1;
        this.#uplink.wake();
      },
    });
    this.#pool = new DetectorPool({ workers: detectWorkers });
    this.#queue = new FairQueue({ slots: detectWorkers, handler: this.#frameHandler() });
    this.#uplink = new Uplink({
      broker: config.broker,
      nodeId,
      outbox: this.#outbox,
      status: () => this.#status(),
      pendingRows: () => this.#outboxFigures().rows,
      faults: this.#faults,
      log,
    });
    this.#pulse = new TelemetryPulse({
      nodeId,
      dataDir,
      publish: (telemetry) => this.#uplink.telemetry(telemetry),
      sources: {
        frames: () => this.#frameTotals(),
        cameras: (periodMs) => [...this.#lanes.values()].map((lane) => lane.telemetry(periodMs)),
        outbox: () => this.#outboxFigures(),
        rowsCreated: () => this.#rowsCreated,
      },
    });
  }

  /**
   * Starts every part; cameras that cannot be reached do not keep it from starting.
   *
   * @throws OUTBOX_*, FFMPEG_MISSING, MODEL_* where no model at all can be run; call `stop` then too.
   */
  async start(): Promise<void> {
    this.#outbox.start();
    const crashed = endCrashedTracks(this.#outbox, Date.now());
    if (crashed > 0) this.#log.warn({ tracks: crashed }, "the agent was killed; ended its tracks");
    const ffmpeg = await locateFfmpeg(this.#config.ffmpegPath);
    this.#detector = await startDetector({
      pool: this.#pool,
      resolve: () => this.#resolveModel(),
      memory: this.#outbox,
      faults: this.#faults,
    });
    this.#uplink.start();
    this.#lanes = this.#makeLanes(ffmpeg);
    for (const lane of this.#lanes.values()) lane.start();
    this.#pulse.start();
    this.#log.info(
      { cameras: this.#lanes.size, model: this.#detector.model.name, ffmpeg: ffmpeg.path },
      "the agent is running",
    );
  }

  /** Frames since the start, over all cameras. */
  get totals(): AgentTotals {
    const { decoded, inferred, dropped } = this.#frameTotals();
    return {
      framesDecoded: decoded,
      framesInferred: inferred,
      framesDropped: dropped,
      rowsCreated: this.#rowsCreated,
    };
  }

  /** Ends every track, waits until the cloud has the rows (DRAIN_MS at most), and stops every part. */
  async stop(): Promise<void> {
    this.#pulse.stop();
    const lanes = [...this.#lanes.values()];
    await Promise.all(lanes.map((lane) => lane.stopSource()));
    await this.#queue.stop();
    await Promise.all(lanes.map((lane) => lane.end()));
    const givenUp = this.#writer.stop();
    if (givenUp > 0)
      this.#log.error({ rows: givenUp }, "the disk took no more rows; they are lost");
    await this.#uplink.drain(DRAIN_MS);
    await this.#uplink.stop();
    await this.#pool.stop();
    this.#outbox.stop();
    this.#faults.stop();
  }

  #makeLanes(ffmpeg: Awaited<ReturnType<typeof locateFfmpeg>>): Map<string, CameraLane> {
    const cameras = this.#config.cameras.filter((camera) => camera.enabled);
    return new Map(
      cameras.map((camera) => [
        camera.id,
        new CameraLane({
          camera,
          ffmpeg,
          fps: this.#config.detect.fps,
          faults: this.#faults,
          onFrame: (frame) => this.#queue.offer(frame),
          onDown: (cameraId) => this.#queue.clear(cameraId),
          onChange: () => this.#uplink.statusChanged(),
          write: (entry) => this.#writer.write(entry),
        }),
      ]),
    );
  }

  #frameHandler(): FrameHandler {
    return {
      detect: (frame) => {
        const { scoreThreshold: score, iouThreshold: iou } = this.#config.detect;
        return this.#pool.detect(frame.picture, { score, iou });
      },
      conclude: async (frame, detections) => {
        const lane = this.#lanes.get(frame.cameraId);
        const digest = this.#pool.model?.digest;
        if (lane === undefined || digest === undefined) return;
        lane.meter.inferred(Date.now() - frame.capturedAt);
        void this.#uplink.preview(frame, detections);
        await lane.conclude(frame, detections, digest);
      },
      dropped: (frame) => this.#lanes.get(frame.cameraId)?.meter.dropped(),
      failed: (frame, error) => {
        if (!(error instanceof CodedError)) throw error;
        this.#faults.count(error, { cameraId: frame.cameraId });
      },
    };
  }

  async #resolveModel(): Promise<ResolvedModel> {
    const { model, modelCatalog: catalogPath, modelCacheDir: cacheDir } = this.#config;
    const nameOrFile = model ?? (await loadCatalog(catalogPath)).default;
    let told = "";
    return await resolveModel({
      nameOrFile,
      catalogPath,
      cacheDir,
      onProgress: ({ step, what }) => {
        if (told === step) return;
        told = step;
        this.#log.info({ step, what }, "getting the model");
      },
    });
  }

  #status(): OnlineStatus {
    const { epoch, lastSeq } = this.#outboxFigures();
    return {
      online: true,
      nodeId: this.#config.nodeId,
      at: Date.now(),
      agentVersion: VERSION,
      startedAt: this.#startedAt,
      epoch,
      lastSeq,
      model: this.#reportedModel(),
      cameras: [...this.#lanes.values()].map((lane) => lane.report),
      labels: {},
      modelReport: null,
      cameraReport: null,
    };
  }

  #reportedModel(): ReportedModel | null {
    if (this.#detector === null) return null;
    const { model, fault } = this.#detector;
    const { name, digest, inputSize, licence, classNames } = model;
    return { name, digest, inputSize, licence: licence.id, classNames: [...classNames], fault };
  }

  /** The outbox's figures; the last known ones while its disk cannot be read. */
  #outboxFigures(): OutboxFigures {
    try {
      this.#figures = this.#outbox.figures();
    } catch (error) {
      if (!(error instanceof CodedError) || this.#figures === null) throw error;
      this.#faults.count(error);
    }
    return this.#figures;
  }

  #frameTotals(): { decoded: number; inferred: number; dropped: number } {
    const totals = { decoded: 0, inferred: 0, dropped: 0 };
    for (const { meter } of this.#lanes.values()) {
      totals.decoded += meter.totals.decoded;
      totals.inferred += meter.totals.inferred;
      totals.dropped += meter.totals.dropped;
    }
    return totals;
  }
}
