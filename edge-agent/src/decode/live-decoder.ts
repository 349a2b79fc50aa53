import { Writable } from "node:stream";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { FfmpegCommand } from "fluent-ffmpeg";
import { edgeError } from "../errors.ts";
import { redactUrls } from "../source/redact-url.ts";
import { ffmpegCommand } from "./ffmpeg-command.ts";
import { FfmpegEar, type VideoStream } from "./ffmpeg-fault.ts";
import type { FfmpegLocation } from "./ffmpeg-location.ts";
import { FramePool } from "./frame-pool.ts";
import { PpmSplitter } from "./ppm-splitter.ts";
import type { RgbFrame } from "./rgb-frame.ts";

/** Frames are made smaller until their long side is this; no model looks closer. */
const LONG_SIDE = 1280;

/** A camera that sends no frame for this long is stalled. */
export const STALLED_MS = 10_000;

/** How long ffmpeg may take to go after it was killed. */
const KILL_GRACE_MS = 2000;

/** What the decoder reads, and how fast. */
export interface LiveInput {
  /** What stands behind `-i` and before it; see source/camera-source.ts. */
  input: string;
  options: readonly string[];
  /** At most so many frames a second are handed over; never more than the camera sends. */
  fps: number;
}

/** What the decoder tells while it runs. */
export interface LiveListener {
  /** A frame; `release` gives its memory back. Millisecond of its first byte: see LiveFrame. */
  onFrame(picture: RgbFrame, capturedAt: number, release: () => void): void;
  /** The camera's own stream, whose frames are made smaller. */
  onStream(stream: VideoStream): void;
}

/**
 * Decodes one camera by an ffmpeg child process until the stream fails, and says why. Whoever calls
 * it decides about trying again. The memory of frames is kept over runs.
 */
export class LiveDecoder {
  readonly #ffmpeg: FfmpegLocation;
  readonly #stalledMs: number;
  readonly #pool = new FramePool();

  constructor(location: FfmpegLocation, options: { stalledMs?: number } = {}) {
    this.#ffmpeg = location;
    this.#stalledMs = options.stalledMs ?? STALLED_MS;
  }

  /**
   * Runs until the stream ends or fails, or until `signal` aborts. When it has settled the child
   * process is gone.
   *
   * @returns why it is over (a CAMERA_* fault), or null where it was aborted.
   */
  run(input: LiveInput, listener: LiveListener, signal: AbortSignal): Promise<CodedError | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve) => {
      const ear = new FfmpegEar();
      let verdict: CodedError | null = null;
      let frames = 0;
      let over = false;
      let force: NodeJS.Timeout | null = null;
      const command = this.#command(input);
      const stop = (why: CodedError | null) => {
        if (over) return;
        verdict ??= why;
        command.kill("SIGKILL");
        // Where the kill came before the spawn, the `start` listener below does it again.
        force ??= setTimeout(() => finish(), KILL_GRACE_MS);
      };
      const watchdog = setTimeout(() => {
        const stalled = edgeError("CAMERA_STALLED", `no frame for ${this.#stalledMs / 1000} s`);
        stop((frames === 0 ? ear.cause() : null) ?? stalled);
      }, this.#stalledMs);
      const abort = () => stop(null);
      const finish = () => {
        if (over) return;
        over = true;
        clearTimeout(watchdog);
        if (force !== null) clearTimeout(force);
        signal.removeEventListener("abort", abort);
        resolve(signal.aborted ? null : (verdict ?? ear.fault(frames > 0)));
      };
      signal.addEventListener("abort", abort, { once: true });
      const sink = this.#sink((picture, capturedAt, release) => {
        if (over || signal.aborted || verdict !== null) {
          release();
          return;
        }
        frames += 1;
        watchdog.refresh();
        listener.onFrame(picture, capturedAt, release);
      }, stop);
      command
        .on("start", () => {
          if (signal.aborted || verdict !== null) command.kill("SIGKILL");
        })
        .on("stderr", (line: string) => {
          const before = ear.stream;
          ear.hear(line);
          if (before !== null || ear.stream === null) return;
          const fault = ear.sizeFault();
          if (fault === null) listener.onStream(ear.stream);
          else stop(fault);
        })
        .on("end", finish)
        .on("error", (error: NodeJS.ErrnoException) => {
          if (error.code !== undefined) {
            const why = redactUrls(error.message);
            verdict ??= edgeError("CAMERA_DECODER_FAILED", `ffmpeg does not run: ${why}`, error);
          }
          finish();
        })
        .pipe(sink, { end: true });
    });
  }

  #command(input: LiveInput): FfmpegCommand {
    const passthrough =
      this.#ffmpeg.versionMajor >= 6 ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];
    const options = ["-nostdin", "-nostats", "-loglevel", "repeat+level+info", "-threads", "1"];
    return ffmpegCommand(this.#ffmpeg, input.input)
      .inputOptions(...options, ...input.options)
      .outputOptions("-map", "0:v:0", "-an", "-vf", filters(input.fps), ...passthrough)
      .outputOptions("-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24");
  }

  #sink(onFrame: LiveListener["onFrame"], stop: (why: CodedError) => void): Writable {
    const pool = this.#pool;
    const splitter = new PpmSplitter({ allocate: (width, height) => pool.take(width, height) });
    let firstByteAt = Date.now();
    return new Writable({
      highWaterMark: 1 << 20,
      // fluent-ffmpeg takes `close` for a failure and reports it before ffmpeg's own words are in.
      emitClose: false,
      autoDestroy: false,
      write(chunk: Buffer, _encoding, done) {
        const now = Date.now();
        if (splitter.atBoundary) firstByteAt = now;
        try {
          for (const picture of splitter.push(chunk)) {
            onFrame(picture, firstByteAt, () => pool.give(picture));
            firstByteAt = now;
          }
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          stop(edgeError("CAMERA_DECODER_FAILED", error.message, error));
        }
        done();
      },
    });
  }
}

/**
 * Thins the frames to `fps` by taking the first of each slot of time (a clock that jumps back begins
 * a new slot, so a camera that corrects its clock does not stand still), then makes them smaller.
 */
function filters(fps: number): string {
  const thin = `select='isnan(prev_selected_t)+not(eq(floor(t*${fps}),floor(prev_selected_t*${fps})))'`;
  const factor = `min(1,${LONG_SIDE}/max(iw,ih))`;
  const scale = `scale=w='max(1,round(iw*${factor}))':h='max(1,round(ih*${factor}))':flags=bilinear`;
  return `${thin},${scale}`;
}
