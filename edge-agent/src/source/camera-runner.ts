import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { ReportedCamera } from "@sentinel/protocol/status";
import { Backoff } from "../backoff.ts";
import type { CameraConfig } from "../config.ts";
import type { FfmpegLocation } from "../decode/ffmpeg-location.ts";
import { LiveDecoder } from "../decode/live-decoder.ts";
import type { LiveFrame } from "../decode/live-frame.ts";
import type { FaultLog } from "../fault-log.ts";
import { sourceInput } from "./camera-source.ts";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** A camera that gave frames for this long is well: its next failure is its first. */
const STABLE_MS = 30_000;

/** What a camera tells while it is watched. */
export interface CameraListener {
  onFrame(frame: LiveFrame): void;
  /** The camera stopped giving frames; it will be tried again. */
  onDown(): void;
  /** The report changed. */
  onChange(): void;
}

/**
 * Keeps one camera running. States: *connecting* (not yet reached since the agent started), *live*
 * (frames come), *down* (it failed; it stays down, with the reason, until a frame comes again).
 * Retry lives here and nowhere else: a source runs until it fails and says why.
 */
export class CameraRunner {
  readonly #camera: CameraConfig;
  readonly #ffmpeg: FfmpegLocation;
  readonly #fps: number;
  readonly #listener: CameraListener;
  readonly #faults: FaultLog;
  readonly #decoder: LiveDecoder;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #report: ReportedCamera;
  #frameNumber = 0;
  #liveSince: number | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: {
    camera: CameraConfig;
    ffmpeg: FfmpegLocation;
    fps: number;
    listener: CameraListener;
    faults: FaultLog;
    /** For tests that cannot wait; the pauses above otherwise. */
    backoff?: Backoff;
    stalledMs?: number;
  }) {
    this.#camera = options.camera;
    this.#ffmpeg = options.ffmpeg;
    this.#fps = options.fps;
    this.#listener = options.listener;
    this.#faults = options.faults;
    this.#decoder = new LiveDecoder(
      options.ffmpeg,
      options.stalledMs === undefined ? {} : { stalledMs: options.stalledMs },
    );
    this.#backoff =
      options.backoff ?? new Backoff({ firstMs: FIRST_PAUSE_MS, longestMs: LONGEST_PAUSE_MS });
    this.#report = {
      cameraId: options.camera.id,
      name: options.camera.name ?? options.camera.id,
      state: "connecting",
      since: Date.now(),
      fault: null,
      nextAttemptAt: null,
      width: null,
      height: null,
    };
  }

  /** How the camera stands now. */
  get report(): ReportedCamera {
    return this.#report;
  }

  rename(name: string): void {
    if (name !== this.#report.name) this.#change({ name });
  }

  start(): void {
    this.#running = this.#keepRunning(this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #keepRunning(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#liveSince = null;
      const fault = await this.#runOnce(signal);
      if (signal.aborted || fault === null) return;
      this.#faults.count(fault, { cameraId: this.#camera.id });
      if (this.#liveSince !== null && Date.now() - this.#liveSince >= STABLE_MS) {
        this.#backoff.reset();
      }
      const pauseMs = this.#backoff.next();
      this.#goDown(fault, Date.now() + pauseMs);
      // Aborting the pause is how a stop ends it.
      await sleep(pauseMs, null, { signal }).catch(() => undefined);
    }
  }

  async #runOnce(signal: AbortSignal): Promise<CodedError | null> {
    try {
      const { input, options } = await sourceInput(this.#camera.url, this.#ffmpeg);
      return await this.#decoder.run(
        { input, options, fps: this.#fps },
        {
          onFrame: (picture, capturedAt, release) => {
            if (this.#liveSince === null) this.#goLive();
            const frameNumber = this.#frameNumber++;
            const cameraId = this.#camera.id;
            this.#listener.onFrame({ cameraId, frameNumber, capturedAt, picture, release });
          },
          onStream: ({ width, height }) => this.#change({ width, height }),
        },
        signal,
      );
    } catch (error) {
      if (error instanceof CodedError) return error;
      throw error;
    }
  }

  #goLive(): void {
    const now = Date.now();
    this.#liveSince = now;
    this.#change({ state: "live", since: now, fault: null, nextAttemptAt: null });
  }

  #goDown(fault: CodedError, nextAttemptAt: number): void {
    const since = this.#report.state === "down" ? this.#report.since : Date.now();
    this.#listener.onDown();
    this.#change({
      state: "down",
      since,
      fault: { code: fault.code, message: fault.message.slice(0, 500) },
      nextAttemptAt,
    });
  }

  #change(changes: Partial<ReportedCamera>): void {
    this.#report = { ...this.#report, ...changes };
    this.#listener.onChange();
  }
}
