import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Detection } from "@sentinel/protocol/detection";
import type { Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { edgeError } from "../errors.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import type { LoadedModel } from "./session-messages.ts";
import { ANSWER_WITHIN_MS, SessionThread } from "./session-thread.ts";

/** The thresholds of the reference results. */
export const DEFAULT_THRESHOLDS: Thresholds = { score: 0.25, iou: 0.45 };

const FIRST_RESTART_AFTER_MS = 100;
const LAST_RESTART_AFTER_MS = 30_000;

/** A thread that hangs for longer does not come back; it keeps a core busy and its model's memory. */
const HANGS_FOR_GOOD_MS = 5 * 60_000;

/** What was found in a frame, and the model that found it. */
export interface DetectorAnswer {
  readonly detections: Detection[];
  /** SHA-256 of the ONNX file that saw the frame. */
  readonly digest: string;
}

/** What happens while a model is replaced. */
export interface ReplaceHooks {
  /** Every thread has answered a grey frame; frames go to the new model once this returns. */
  beforeSwitch?: () => void;
}

/** A frame that waits for a thread. */
interface Waiting {
  readonly frame: RgbFrame;
  readonly thresholds: Thresholds;
  readonly resolve: (answer: DetectorAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** The threads of one model. */
interface Crew {
  readonly model: ResolvedModel;
  readonly threads: Set<SessionThread>;
  readonly idle: SessionThread[];
  retired: boolean;
}

/**
 * Detects objects on several threads, each with its own single-thread session. A thread that dies or
 * hangs is replaced; the model can be replaced while frames are being answered.
 */
export class DetectorPool {
  readonly #workers: number;
  readonly #answerWithinMs: number;
  readonly #onTrouble: (digest: string, fault: unknown) => void;
  readonly #onExhausted: (fault: CodedError) => void;
  readonly #waiting: Waiting[] = [];
  /** Threads that hang, until their models return. */
  readonly #lost = new Set<SessionThread>();
  #crew: Crew | null = null;
  #busy = 0;
  /** Starting, replacing and stopping happen one after another. */
  #lastChange: Promise<unknown> = Promise.resolve();

  /**
   * @param options.onTrouble told when a model could not answer a frame, or could not be loaded
   *   again after a thread died.
   * @param options.answerWithinMs a thread that has not answered a frame by then hangs.
   * @param options.onExhausted told DETECTOR_THREADS_LOST when more threads hang than work, or one
   *   hangs for good: only a new process gets rid of them.
   */
  constructor(options: {
    readonly workers: number;
    readonly answerWithinMs?: number;
    readonly onTrouble?: (digest: string, fault: unknown) => void;
    readonly onExhausted?: (fault: CodedError) => void;
  }) {
    this.#workers = options.workers;
    this.#answerWithinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
    this.#onExhausted = options.onExhausted ?? (() => undefined);
  }

  /** The model that answers, or null before `start` and after `stop`. */
  get model(): ResolvedModel | null {
    return this.#crew?.model ?? null;
  }

  /** Frames that are being answered or wait for a thread. */
  get busy(): number {
    return this.#busy + this.#waiting.length;
  }

  /** Threads that are ready or at work; fewer than asked for while one is being replaced. */
  get size(): number {
    return this.#crew?.threads.size ?? 0;
  }

  /** Threads that hang and were left to themselves. */
  get lost(): number {
    return this.#lost.size;
  }

  /** The threads, for diagnosis. */
  get threads(): readonly SessionThread[] {
    return [...(this.#crew?.threads ?? [])];
  }

  /**
   * Loads and warms the model on every thread.
   *
   * @throws the codes that begin with MODEL_, DETECTOR_WORKER_DIED, DETECTOR_STUCK; nothing runs then.
   */
  async start(model: ResolvedModel): Promise<void> {
    await this.replace(model);
  }

  /**
   * Loads and warms another model; only when every thread has it do frames go there and the old one
   * goes.
   *
   * @throws as `start`; the old model keeps running then.
   */
  async replace(model: ResolvedModel, hooks: ReplaceHooks = {}): Promise<void> {
    await this.#afterLastChange(() => this.#change(model, hooks));
  }

  async #change(model: ResolvedModel, hooks: ReplaceHooks): Promise<void> {
    const crew: Crew = { model, threads: new Set(), idle: [], retired: false };
    try {
      if (this.#crew === null) await this.#hireAll(crew);
      // One after another: the threads of the old model need the cores too.
      else for (let place = 0; place < this.#workers; place += 1) await this.#hire(crew);
    } catch (error) {
      await this.#disband(crew);
      throw error;
    }
    const old = this.#crew;
    hooks.beforeSwitch?.();
    this.#crew = crew;
    this.#dispatch();
    if (old !== null) await this.#disband(old);
  }

  /**
   * Finds the objects of a frame, the best first. Waits where all threads are at work.
   *
   * @throws DETECTOR_NOT_STARTED, DETECTOR_WORKER_DIED, DETECTOR_STUCK
   */
  async detect(frame: RgbFrame, thresholds: Thresholds = DEFAULT_THRESHOLDS): Promise<Detection[]> {
    return (await this.answer(frame, thresholds)).detections;
  }

  /** As `detect`, and says which model it was: it may be replaced meanwhile. */
  async answer(
    frame: RgbFrame,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
  ): Promise<DetectorAnswer> {
    if (this.#crew === null) throw edgeError("DETECTOR_NOT_STARTED", "no model is running");
    return await new Promise<DetectorAnswer>((resolve, reject) => {
      this.#waiting.push({ frame, thresholds, resolve, reject });
      this.#dispatch();
    });
  }

  /** Answers what is at work, rejects what waits, ends all threads; those that hang are left. */
  async stop(): Promise<void> {
    await this.#afterLastChange(async () => {
      const crew = this.#crew;
      this.#crew = null;
      for (const { reject } of this.#waiting.splice(0)) {
        reject(edgeError("DETECTOR_NOT_STARTED", "the detector was stopped"));
      }
      if (crew !== null) await this.#disband(crew);
    });
  }

  async #afterLastChange(change: () => Promise<void>): Promise<void> {
    const done = this.#lastChange.then(change);
    this.#lastChange = done.catch(() => undefined);
    await done;
  }

  async #hireAll(crew: Crew): Promise<void> {
    // allSettled: no thread may still be loading when the crew is disbanded.
    const hired = Array.from({ length: this.#workers }, () => this.#hire(crew));
    const failed = (await Promise.allSettled(hired)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** Starts one thread for a crew; it joins once it has answered a grey frame. */
  async #hire(crew: Crew): Promise<void> {
    let joined = false;
    const onGone = () => {
      crew.threads.delete(thread);
      const place = crew.idle.indexOf(thread);
      if (place >= 0) crew.idle.splice(place, 1);
      if (thread.lost) this.#lose(thread);
      if (joined) this.#rehire(crew, FIRST_RESTART_AFTER_MS);
    };
    const thread = new SessionThread({ answerWithinMs: this.#answerWithinMs, onGone });
    try {
      checkLoaded(crew.model, await thread.load(crew.model.path));
      if (thread.gone) throw edgeError("DETECTOR_WORKER_DIED", "the thread ended after loading");
    } catch (error) {
      await thread.stop();
      throw error;
    }
    joined = true;
    crew.threads.add(thread);
    crew.idle.push(thread);
    if (crew.retired) await thread.stop();
    else this.#dispatch();
  }

  /** Replaces a thread that died, with growing pauses where that fails. */
  #rehire(crew: Crew, afterMs: number): void {
    if (crew.retired) return;
    setTimeout(() => {
      if (crew.retired) return;
      this.#hire(crew).catch((error: unknown) => {
        this.#onTrouble(crew.model.digest, error);
        this.#rehire(crew, Math.min(afterMs * 2, LAST_RESTART_AFTER_MS));
      });
    }, afterMs).unref();
  }

  /** Counts a thread that hangs until it ends. */
  #lose(thread: SessionThread): void {
    const exhausted = (what: string) => this.#onExhausted(edgeError("DETECTOR_THREADS_LOST", what));
    this.#lost.add(thread);
    const forGood = setTimeout(
      () => exhausted(`a detector thread has hung for ${HANGS_FOR_GOOD_MS / 60_000} minutes`),
      HANGS_FOR_GOOD_MS,
    ).unref();
    void thread.exited.then(() => {
      clearTimeout(forGood);
      this.#lost.delete(thread);
    });
    if (this.#lost.size > this.#workers) {
      exhausted(`${this.#lost.size} detector threads hang; ${this.#workers} are wanted`);
    }
  }

  async #disband(crew: Crew): Promise<void> {
    crew.retired = true;
    await Promise.all([...crew.threads].map((thread) => thread.stop()));
  }

  /** Hands waiting frames to idle threads of the present crew. */
  #dispatch(): void {
    const crew = this.#crew;
    if (crew === null) return;
    while (crew.idle.length > 0 && this.#waiting.length > 0) {
      const thread = crew.idle.pop();
      const waiting = this.#waiting.shift();
      if (thread !== undefined && waiting !== undefined) void this.#work(crew, thread, waiting);
    }
  }

  async #work(crew: Crew, thread: SessionThread, waiting: Waiting): Promise<void> {
    this.#busy += 1;
    try {
      const found = await thread.detect(waiting.frame, waiting.thresholds);
      const detections = found.map(({ classId, score, box }) => ({
        classId,
        className: crew.model.classNames[classId] ?? `class-${classId}`,
        score: Math.min(1, score),
        box,
      }));
      waiting.resolve({ detections, digest: crew.model.digest });
    } catch (error) {
      this.#onTrouble(crew.model.digest, error);
      waiting.reject(error);
    } finally {
      this.#busy -= 1;
      if (crew.threads.has(thread)) crew.idle.push(thread);
      this.#dispatch();
    }
  }
}

/** What the thread found must be what the catalog says, and the very file that was verified. */
function checkLoaded(model: ResolvedModel, loaded: LoadedModel): void {
  if (loaded.digest !== model.digest) {
    throw edgeError(
      "MODEL_HASH_MISMATCH",
      `${model.path} was changed: SHA-256 is ${loaded.digest}, expected ${model.digest}`,
    );
  }
  const expected = { ...model, classCount: model.classNames.length };
  for (const key of ["layout", "inputSize", "classCount"] as const) {
    if (loaded[key] === expected[key]) continue;
    throw edgeError(
      "MODEL_LAYOUT_UNKNOWN",
      `${model.name}: ${key} is ${loaded[key]}, the catalog says ${expected[key]}`,
    );
  }
}
