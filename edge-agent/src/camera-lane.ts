import type { Detection } from "@sentinel/protocol/detection";
import type { ReportedCamera } from "@sentinel/protocol/status";
import type { CameraTelemetry } from "@sentinel/protocol/telemetry";
import type { CameraConfig } from "./config.ts";
import type { FfmpegLocation } from "./decode/ffmpeg-location.ts";
import type { LiveFrame } from "./decode/live-frame.ts";
import { type EndReason, EventMaker } from "./event/event-maker.ts";
import type { FaultLog } from "./fault-log.ts";
import { MotionReporter } from "./motion/motion-reporter.ts";
import type { NewRow } from "./outbox/outbox.ts";
import { CameraRunner } from "./source/camera-runner.ts";
import { CameraMeter } from "./telemetry/camera-meter.ts";
import { Tracker } from "./track/tracker.ts";

/** One camera's own parts of the way: source and decoder in front of the detector, track and event behind it. */
export class CameraLane {
  readonly cameraId: string;
  readonly meter: CameraMeter;
  readonly #tracker = new Tracker();
  readonly #events: EventMaker;
  readonly #motion: MotionReporter;
  readonly #runner: CameraRunner;

  constructor(options: {
    camera: CameraConfig;
    ffmpeg: FfmpegLocation;
    fps: number;
    faults: FaultLog;
    /** A frame is ready to be detected; it has to be released. */
    onFrame: (frame: LiveFrame) => void;
    onDown: (cameraId: string) => void;
    onChange: () => void;
    write: (entry: NewRow) => void;
  }) {
    const { camera, ffmpeg, fps, faults, write } = options;
    this.cameraId = camera.id;
    this.meter = new CameraMeter(camera.id);
    this.#events = new EventMaker({ cameraId: camera.id, write, faults });
    this.#motion = new MotionReporter({ cameraId: camera.id, write, faults });
    this.#runner = new CameraRunner({
      camera,
      ffmpeg,
      fps,
      faults,
      listener: {
        onFrame: (frame) => {
          this.meter.decoded();
          options.onFrame(frame);
        },
        onDown: () => {
          options.onDown(camera.id);
          void this.#events.end(this.#tracker.endAll(), "camera-down");
        },
        onChange: options.onChange,
      },
    });
  }

  get report(): ReportedCamera {
    return this.#runner.report;
  }

  start(): void {
    this.#runner.start();
  }

  /** Ends the camera's source; tracks stay open until `end`. */
  async stopSource(): Promise<void> {
    await this.#runner.stop();
  }

  /** People call it something else. */
  rename(name: string): void {
    this.#runner.rename(name);
  }

  /** Ends the tracks, because the agent stops or the camera goes. */
  async end(reason: EndReason): Promise<void> {
    await this.#events.end(this.#tracker.endAll(), reason);
  }

  /** Takes what was found in a frame; the frame may be released once this has settled. */
  async conclude(
    frame: LiveFrame,
    detections: readonly Detection[],
    modelDigest: string,
  ): Promise<void> {
    const changes = this.#tracker.update(detections, frame.capturedAt);
    await this.#events.frame(frame, changes, modelDigest);
    const boxes = detections.map(({ box }) => box);
    await this.#motion.frame(frame, boxes, modelDigest);
  }

  telemetry(periodMs: number): CameraTelemetry {
    return this.meter.report(periodMs, this.#tracker.openTracks);
  }
}
