import { Worker } from "node:worker_threads";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { edgeError, edgeErrors } from "../errors.ts";
import type { LoadedModel, SessionAnswer, SessionRequest } from "./session-messages.ts";

/** The slowest model on the slowest machine needs a few seconds; after this a thread hangs. */
const ANSWER_WITHIN_MS = 60_000;
const CLOSE_WITHIN_MS = 5_000;

interface Pending {
  readonly resolve: (answer: SessionAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/** One thread with one model. Requests are answered in the order in which they were made. */
export class SessionThread {
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  readonly #exited: Promise<void>;
  #fault: Error | null = null;
  #ended = false;

  /** @param onExit called once when the thread has ended, for whatever reason. */
  constructor(onExit: () => void = () => undefined) {
    this.#worker = new Worker(new URL("./session-worker.ts", import.meta.url), {
      name: "detector",
      execArgv: [],
    });
    this.#worker.on("message", (answer: SessionAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => {
      this.#fault = error;
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#ended = true;
        this.#rejectAll(code);
        resolve();
        onExit();
      });
    });
  }

  /** True once the thread is gone. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Loads a model and lets it answer a grey frame.
   *
   * @throws MODEL_FILE_MISSING, MODEL_NOT_ONNX, MODEL_LAYOUT_UNKNOWN, MODEL_OUTPUT_*,
   *   DETECTOR_WORKER_DIED
   */
  async load(path: string): Promise<LoadedModel> {
    const answer = await this.#ask({ type: "load", path });
    if (answer.type !== "loaded") throw unexpected(answer);
    return answer.model;
  }

  /** @throws DETECTOR_WORKER_DIED, DETECTOR_NOT_STARTED, DETECTOR_FAILED */
  async detect(frame: RgbFrame, thresholds: Thresholds): Promise<readonly RawDetection[]> {
    const answer = await this.#ask({ type: "detect", frame, thresholds });
    if (answer.type !== "detected") throw unexpected(answer);
    return answer.detections;
  }

  /** Ends the thread after what it was asked so far, at the latest after five seconds. */
  async stop(): Promise<void> {
    const deadline = setTimeout(() => void this.kill(), CLOSE_WITHIN_MS);
    await this.#ask({ type: "close" }).catch(() => undefined);
    await this.#exited;
    clearTimeout(deadline);
  }

  /** Ends the thread now; what it was asked is rejected. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
    await this.#exited;
  }

  async #ask(request: SessionRequest): Promise<SessionAnswer> {
    return await new Promise<SessionAnswer>((resolve, reject) => {
      if (this.#ended) {
        reject(edgeError("DETECTOR_WORKER_DIED", "the detector thread has ended"));
        return;
      }
      const deadline = setTimeout(() => void this.kill(), ANSWER_WITHIN_MS);
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

  #rejectAll(exitCode: number): void {
    for (const { reject, deadline } of this.#pending.splice(0)) {
      clearTimeout(deadline);
      const reason = this.#fault?.message ?? `exit code ${exitCode}`;
      reject(
        edgeError("DETECTOR_WORKER_DIED", `the detector thread ended: ${reason}`, this.#fault),
      );
    }
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
