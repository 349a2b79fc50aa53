import { CodedError } from "@sentinel/protocol/coded-error";
import { edgeError } from "../errors.ts";

/** When a trial is over. */
export interface TrialBounds {
  /** It is passed after so many frames and so much time without a fault, ... */
  frames: number;
  forMs: number;
  /** ... or, where no camera gives frames, after this; the warm-up has to do then, ... */
  idleMs: number;
  /** ... or, where frames are rare, after this with at least one. None by then is a failure. */
  longestMs: number;
  /** Frames that may fail before it is failed. */
  faults: number;
}

export const TRIAL_BOUNDS: TrialBounds = {
  frames: 10,
  forMs: 5000,
  idleMs: 15_000,
  longestMs: 60_000,
  faults: 2,
};

const LOOK_EVERY_MS = 100;

/** Watches the first frames of a new model. */
export class Trial {
  readonly #bounds: TrialBounds;
  readonly #startedAt = Date.now();
  #asked = 0;
  #answered = 0;
  #faults = 0;
  #verdict: CodedError | null = null;

  constructor(bounds: TrialBounds) {
    this.#bounds = bounds;
  }

  /** A frame was handed to the detector. */
  asked(): void {
    this.#asked += 1;
  }

  /** The new model answered a frame. */
  answered(): void {
    this.#answered += 1;
  }

  /** The new model could not answer a frame, or could not be loaded again after a thread died. */
  failed(fault: unknown): void {
    this.#faults += 1;
    const why = fault instanceof Error ? fault.message : String(fault);
    if (fault instanceof CodedError && fault.code === "MODEL_OUTPUT_NOT_FINITE") {
      this.#verdict ??= fault;
    } else if (this.#faults > this.#bounds.faults) {
      this.#verdict ??= edgeError(
        "MODEL_CRASHED_IN_TRIAL",
        `${this.#faults} frames failed; the last one: ${why}`,
        fault,
      );
    }
  }

  /** Settles when the trial is over: null where it is passed. An abort settles it with null too. */
  async over(signal: AbortSignal): Promise<CodedError | null> {
    return await new Promise((resolve) => {
      const end = (verdict: CodedError | null) => {
        clearInterval(timer);
        signal.removeEventListener("abort", abort);
        resolve(verdict);
      };
      const abort = () => end(null);
      const timer = setInterval(() => {
        if (this.#verdict !== null) end(this.#verdict);
        else if (this.#isPassed()) end(null);
        else if (Date.now() - this.#startedAt >= this.#bounds.longestMs) end(silent());
      }, LOOK_EVERY_MS);
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  #isPassed(): boolean {
    const { frames, forMs, idleMs, longestMs } = this.#bounds;
    const elapsedMs = Date.now() - this.#startedAt;
    if (this.#answered >= frames) return elapsedMs >= forMs;
    if (this.#asked === 0) return elapsedMs >= idleMs;
    return this.#answered > 0 && elapsedMs >= longestMs;
  }
}

function silent(): CodedError {
  return edgeError("MODEL_CRASHED_IN_TRIAL", "the model answered no frame");
}
