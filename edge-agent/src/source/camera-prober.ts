import type { Reply } from "@sentinel/protocol/reply";
import type { VideoStream } from "../decode/ffmpeg-fault.ts";
import type { FfmpegLocation } from "../decode/ffmpeg-location.ts";
import { LiveDecoder } from "../decode/live-decoder.ts";
import { edgeError } from "../errors.ts";
import { sourceInput } from "./camera-source.ts";
import { remoteAddressFault } from "./remote-address.ts";

/** What was found behind an address. */
export type Probe = NonNullable<Reply["probe"]>;

/** A camera that gives no frame within this gives none. */
const DEADLINE_MS = 15_000;

/** Addresses that are looked at at once; each costs an ffmpeg. */
const MAX_PROBES = 3;

/** Looks at what a camera sends, without keeping it: reads it until its first frame. */
export class CameraProber {
  readonly #deadlineMs: number;
  readonly #stopping = new AbortController();
  #running = 0;

  constructor(options: { deadlineMs?: number } = {}) {
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** @throws CAMERA_* */
  async probe(url: string, ffmpeg: FfmpegLocation): Promise<Probe> {
    const wrong = remoteAddressFault(url);
    if (wrong !== null) throw edgeError("CAMERA_SETTINGS_REFUSED", wrong);
    if (this.#running >= MAX_PROBES) {
      throw edgeError("CAMERA_PROBE_BUSY", `${MAX_PROBES} addresses are being looked at`);
    }
    this.#running += 1;
    try {
      return await this.#look(url, ffmpeg);
    } finally {
      this.#running -= 1;
    }
  }

  async #look(url: string, ffmpeg: FfmpegLocation): Promise<Probe> {
    const deadline = AbortSignal.timeout(this.#deadlineMs);
    const enough = new AbortController();
    const { input, options } = await sourceInput(url, ffmpeg);
    let stream: VideoStream | null = null;
    let frames = 0;
    const fault = await new LiveDecoder(ffmpeg).run(
      { input, options, fps: 1 },
      {
        onFrame: (_picture, _capturedAt, release) => {
          frames += 1;
          release();
          enough.abort();
        },
        onStream: (found) => {
          stream = found;
        },
      },
      AbortSignal.any([deadline, enough.signal, this.#stopping.signal]),
    );
    if (fault !== null) throw fault;
    if (frames === 0 || stream === null) {
      throw edgeError("CAMERA_STALLED", `no frame within ${this.#deadlineMs / 1000} s`);
    }
    return stream;
  }
}
