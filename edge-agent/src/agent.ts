import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { Desired } from "@sentinel/protocol/desired";
import { readTrustedKeys } from "@sentinel/protocol/signed-document";
import type { Fault, OnlineStatus, ReportedModel } from "@sentinel/protocol/status";
import { CameraLane } from "./camera-lane.ts";
import { CameraLanes } from "./cameras/camera-lanes.ts";
import { DesiredCameras } from "./cameras/desired-cameras.ts";
import type { CameraConfig, LoadedAgentConfig } from "./config.ts";
import { type FfmpegLocation, locateFfmpeg } from "./decode/ffmpeg-location.ts";
import { type DetectorAnswer, DetectorPool } from "./detect/detector-pool.ts";
import { FairQueue, type FrameHandler } from "./detect/fair-queue.ts";
import { startDetector } from "./detect/start-detector.ts";
import { edgeError } from "./errors.ts";
import { FaultLog } from "./fault-log.ts";
import { HealthServer } from "./health/health-server.ts";
import type { Logger } from "./log.ts";
import { loadCatalog } from "./model/catalog.ts";
import { resolveModel } from "./model/resolve-model.ts";
import type { ResolvedModel } from "./model/resolved-model.ts";
import { endCrashedTracks } from "./outbox/crash-recovery.ts";
import { DurableWriter } from "./outbox/durable-writer.ts";
import { Outbox, type OutboxFigures } from "./outbox/outbox.ts";
import { CameraProber } from "./source/camera-prober.ts";
import { ModelSwap } from "./swap/model-swap.ts";
import { TelemetryPulse } from "./telemetry/telemetry-pulse.ts";
import { Uplink } from "./uplink/uplink.ts";

/** How long a polite stop waits for frames that are being answered ... */
const FRAMES_MS = 1500;
/** ... and then until the cloud has every row. */
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
  readonly #queue: FairQueue<DetectorAnswer>;
  readonly #swap: ModelSwap;
  readonly #cameras: DesiredCameras;
  readonly #lanes: CameraLanes;
  readonly #prober = new CameraProber();
  readonly #uplink: Uplink;
  readonly #pulse: TelemetryPulse;
  readonly #startedAt = Date.now();
  readonly #health: HealthServer | null;
  #ffmpeg: FfmpegLocation | null = null;
  /** Why it does not watch yet. */
  #notReady: string | null = "the agent is starting";
  #modelFault: { digest: string; fault: Fault | null } | null = null;
  #isExhausted = false;
  #rowsCreated = 0;
  #figures: OutboxFigures | null = null;

  /** @param onFatal told why only a new process can go on; it should stop this agent. */
  constructor(config: LoadedAgentConfig, log: Logger, onFatal: (fault: CodedError) => void) {
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
    this.#pool = new DetectorPool({
      workers: detectWorkers,
      answerWithinMs: config.detect.answerWithinMs,
      onTrouble: (digest, fault) => this.#swap.frames.failed(digest, fault),
      onExhausted: (fault) => {
        this.#isExhausted = true;
        onFatal(fault);
      },
    });
    this.#queue = new FairQueue({ slots: detectWorkers, handler: this.#frameHandler() });
    this.#swap = new ModelSwap({
      pool: this.#pool,
      notes: this.#outbox,
      modelsDir: join(dataDir, "models"),
      keys: readTrustedKeys(config.trustedKeys),
      labels: config.labels,
      faults: this.#faults,
      log,
      onChange: () => this.#uplink.statusChanged(),
      onReplacing: (isReplacing) => {
        this.#queue.patient = isReplacing;
      },
    });
    this.#cameras = new DesiredCameras({
      own: config.cameras,
      notes: this.#outbox,
      faults: this.#faults,
    });
    this.#lanes = new CameraLanes({
      make: (camera) => this.#makeLane(camera),
      forget: (cameraId) => this.#queue.forget(cameraId),
      onChange: () => this.#uplink.statusChanged(),
    });
    this.#uplink = new Uplink({
      broker: config.broker,
      nodeId,
      outbox: this.#outbox,
      status: () => this.#status(),
      pendingRows: () => this.#outboxFigures().rows,
      hasCamera: (cameraId) => this.#lanes.get(cameraId) !== undefined,
      onDesired: (desired) => this.#take(desired),
      actions: {
        offerModel: (offer) => this.#swap.offer(offer),
        probeCamera: (url) => this.#prober.probe(url, this.#foundFfmpeg()),
      },
      faults: this.#faults,
      log,
    });
    const { health } = config;
    this.#health =
      health === undefined ? null : new HealthServer({ ...health, fault: () => this.#notReady });
    this.#pulse = new TelemetryPulse({
      nodeId,
      dataDir,
      publish: (telemetry) => this.#uplink.telemetry(telemetry),
      sources: {
        frames: () => this.#lanes.frames,
        cameras: (periodMs) => this.#lanes.all.map((lane) => lane.telemetry(periodMs)),
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
    await this.#health?.start();
    this.#outbox.start();
    const crashed = endCrashedTracks(this.#outbox, Date.now());
    if (crashed > 0) this.#log.warn({ tracks: crashed }, "the agent was killed; ended its tracks");
    this.#cameras.load();
    this.#ffmpeg = await locateFfmpeg(this.#config.ffmpegPath);
    const { model, fault } = await startDetector({
      pool: this.#pool,
      models: this.#swap.recall(() => this.#resolveModel()),
      memory: this.#outbox,
      faults: this.#faults,
    });
    this.#modelFault = { digest: model.digest, fault };
    this.#uplink.start();
    this.#swap.start(model);
    await this.#lanes.apply(this.#cameras.cameras);
    this.#pulse.start();
    this.#notReady = null;
    this.#log.info(
      { cameras: this.#lanes.all.length, model: model.name, ffmpeg: this.#ffmpeg.path },
      "the agent is running",
    );
  }

  /** Frames since the start, over all cameras. */
  get totals(): AgentTotals {
    const { decoded, inferred, dropped } = this.#lanes.frames;
    return {
      framesDecoded: decoded,
      framesInferred: inferred,
      framesDropped: dropped,
      rowsCreated: this.#rowsCreated,
    };
  }

  /** Ends every track, waits until the cloud has the rows (DRAIN_MS at most), and stops every part. */
  async stop(): Promise<void> {
    this.#notReady = "the agent is stopping";
    this.#pulse.stop();
    this.#prober.stop();
    this.#swap.stop(!this.#isExhausted);
    await this.#lanes.stopSources();
    await this.#queue.stop(FRAMES_MS);
    await this.#lanes.end();
    const givenUp = this.#writer.stop();
    if (givenUp > 0)
      this.#log.error({ rows: givenUp }, "the disk took no more rows; they are lost");
    await Promise.all([this.#uplink.drain(DRAIN_MS), this.#pool.stop()]);
    await this.#uplink.stop();
    this.#outbox.stop();
    this.#faults.stop();
    await this.#health?.stop();
  }

  #makeLane(camera: CameraConfig): CameraLane {
    return new CameraLane({
      camera,
      ffmpeg: this.#foundFfmpeg(),
      fps: this.#config.detect.fps,
      faults: this.#faults,
      onFrame: (frame) => this.#queue.offer(frame),
      onDown: (cameraId) => this.#queue.clear(cameraId),
      onChange: () => this.#uplink.statusChanged(),
      write: (entry) => this.#writer.write(entry),
    });
  }

  #foundFfmpeg(): FfmpegLocation {
    if (this.#ffmpeg === null) throw edgeError("FFMPEG_MISSING", "ffmpeg was not looked for yet");
    return this.#ffmpeg;
  }

  #frameHandler(): FrameHandler<DetectorAnswer> {
    return {
      detect: async (frame) => {
        const { scoreThreshold: score, iouThreshold: iou } = this.#config.detect;
        this.#swap.frames.asked();
        const answer = await this.#pool.answer(frame.picture, { score, iou });
        this.#swap.frames.answered(answer.digest);
        return answer;
      },
      conclude: async (frame, { detections, digest }) => {
        const lane = this.#lanes.get(frame.cameraId);
        if (lane === undefined) return;
        lane.meter.inferred(Date.now() - frame.capturedAt);
        void this.#uplink.preview(frame, detections);
        await lane.conclude(frame, detections, digest);
      },
      dropped: (frame) => {
        this.#swap.frames.dropped();
        this.#lanes.get(frame.cameraId)?.meter.dropped();
      },
      failed: (frame, error) => {
        if (!(error instanceof CodedError)) throw error;
        this.#swap.frames.dropped();
        this.#faults.count(error, { cameraId: frame.cameraId });
      },
    };
  }

  /** What people and Git want of this node. */
  #take(desired: Desired): void {
    this.#cameras.take(desired);
    void this.#lanes.apply(this.#cameras.cameras);
    if (desired.statement !== null) this.#swap.take(desired.statement);
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
      cameras: this.#lanes.all.map((lane) => lane.report),
      labels: this.#config.labels,
      modelReport: this.#swap.report,
      cameraReport: this.#cameras.report,
    };
  }

  #reportedModel(): ReportedModel | null {
    const model = this.#swap.running;
    if (model === null) return null;
    const { name, digest, inputSize, licence, classNames } = model;
    const fault = this.#modelFault?.digest === digest ? this.#modelFault.fault : null;
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
}
