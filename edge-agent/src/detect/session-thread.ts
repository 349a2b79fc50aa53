import { Worker } from "node:worker_threads";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { edgeError, edgeErrors } from "../errors.ts";
import type { LoadedModel, SessionAnswer, SessionRequest } from "./session-messages.ts";

/** The slowest model on the slowest machine needs a few seconds; after this a thread hangs. */
export const ANSWER_WITHIN_MS = 60_000;
const LOAD_WITHIN_MS = 60_000;
const CLOSE_WITHIN_MS = 3_000;

interface Pending {
  readonly resolve: (answer: SessionAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/**
 * One thread with one model. Requests are answered in the order in which they were made.
 *
 * A thread that hangs is left to itself and ends when its model returns: `Worker.terminate()` would
 * let ONNX Runtime abort the whole process in that moment (docs/decisions/0017).
 */
export class SessionThread {
  readonly #worker: Worker;
  readonly #answerWithinMs: number;
  readonly #onGone: () => void;
  readonly #pending: Pending[] = [];
  /** Settles when the thread has ended. */
  readonly exited: Promise<void>;
  #fault: Error | null = null;
  #gone = false;
  #ended = false;

  /**
   * @param options.answerWithinMs a thread that has not answered a frame by then hangs.
   * @param options.onGone called once when the thread serves no more, for whatever reason.
   */
  constructor(options: { answerWithinMs?: number; onGone?: () => void } = {}) {
    this.#answerWithinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
    this.#onGone = options.onGone ?? (() => undefined);
    this.#worker = new Worker(new URL("./session-worker.ts", import.meta.url), {
      name: "detector",
      execArgv: [],
    });
    this.#worker.on("message", (answer: SessionAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => {
      this.#fault = error;
    });
    this.exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#ended = true;
        const reason = this.#fault?.message ?? `exit code ${code}`;
        this.#serveNoMore(
          edgeError("DETECTOR_WORKER_DIED", `the detector thread ended: ${reason}`, this.#fault),
        );
        resolve();
      });
    });
  }

  /** True once the thread serves no more: it has ended, or hangs. */
  get gone(): boolean {
    return this.#gone;
  }

  /** True while the thread hangs and was left to itself. */
  get lost(): boolean {
    return this.#gone && !this.#ended;
  }

  /**
   * Loads a model and lets it answer a grey frame.
   *
   * @throws MODEL_FILE_MISSING, MODEL_NOT_ONNX, MODEL_LAYOUT_UNKNOWN, MODEL_OUTPUT_*,
   *   DETECTOR_WORKER_DIED, DETECTOR_STUCK
   */
  async load(path: string): Promise<LoadedModel> {
    const answer = await this.#ask({ type: "load", path }, LOAD_WITHIN_MS);
    if (answer.type !== "loaded") throw unexpected(answer);
    return answer.model;
  }

  /** @throws DETECTOR_WORKER_DIED, DETECTOR_STUCK, DETECTOR_NOT_STARTED, DETECTOR_FAILED */
  async detect(frame: RgbFrame, thresholds: Thresholds): Promise<readonly RawDetection[]> {
    const answer = await this.#ask({ type: "detect", frame, thresholds }, this.#answerWithinMs);
    if (answer.type !== "detected") throw unexpected(answer);
    return answer.detections;
  }

  /** Ends the thread after what it was asked so far; one that needs three seconds for it is left. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    await this.#ask({ type: "close" }, CLOSE_WITHIN_MS).catch(() => undefined);
    if (!this.#gone) await this.exited;
  }

  async #ask(request: SessionRequest, withinMs: number): Promise<SessionAnswer> {
    return await new Promise<SessionAnswer>((resolve, reject) => {
      if (this.#gone) {
        reject(edgeError("DETECTOR_WORKER_DIED", "the detector thread has ended"));
        return;
      }
      const deadline = setTimeout(() => this.#leave(withinMs), withinMs);
      this.#pending.push({ resolve, reject, deadline });
      this.#worker.postMessage(request);
    });
  }

  #settle(answer: SessionAnswer): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    clearTimeout(pending.deadline);
    if (answer.type !== "failed") pending.resolve(answer);
    else pending.reject(toError(answer.code, answer.message));
  }

  #leave(afterMs: number): void {
    this.#worker.postMessage({ type: "close" } satisfies SessionRequest);
    this.#worker.unref();
    this.#serveNoMore(
      edgeError("DETECTOR_STUCK", `a detector thread gave no answer within ${afterMs / 1000} s`),
    );
  }

  #serveNoMore(reason: Error): void {
    for (const { reject, deadline } of this.#pending.splice(0)) {
      clearTimeout(deadline);
      reject(reason);
    }
    if (this.#gone) return;
    this.#gone = true;
    this.#onGone();
  }
}

/** A fault of the thread keeps its code; errors lose theirs on the way between threads. */
function toError(code: string | null, message: string): Error {
  if (code === null || !Object.hasOwn(edgeErrors, code)) {
    return edgeError("DETECTOR_FAILED", message);
  }
  return new CodedError(code, message, {
    retryable: edgeErrors[code as keyof typeof edgeErrors].retryable,
  });
}

function unexpected(answer: SessionAnswer): Error {
  return edgeError("DETECTOR_FAILED", `the detector thread answered ${answer.type}`);
}
