import type { Logger } from "pino";
import type { CurvePoint, JobProgress } from "../../database/tables/training-tables.ts";
import type { JobLine } from "./job-files.ts";

/** A page need not hear more often. */
const PERIOD_MS = 300;

/** Writes how far a job has come; false where it is no longer running. */
export type WriteProgress = (
  progress: JobProgress | null,
  curve: readonly CurvePoint[],
) => Promise<boolean>;

/**
 * Writes how far a job has come, the newest only. A database that is away stops no training: what
 * could not be written is written with the next news.
 */
export class JobRecorder {
  readonly #writeProgress: WriteProgress;
  readonly #logger: Logger;
  readonly #onGone: () => void;
  readonly #curve: Map<number, CurvePoint>;
  #progress: JobProgress | null = null;
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** `onGone`: the job is no longer running, so somebody cancelled it. */
  constructor(options: {
    write: WriteProgress;
    /** What an earlier attempt told. */
    curve: readonly CurvePoint[];
    logger: Logger;
    onGone: () => void;
  }) {
    this.#writeProgress = options.write;
    this.#curve = new Map(options.curve.map((point) => [point.epoch, point]));
    this.#logger = options.logger;
    this.#onGone = options.onGone;
  }

  stage(stage: string, done: number, of: number): void {
    const now = { stage, done, of };
    if (JSON.stringify(now) === JSON.stringify(this.#progress)) return;
    this.#progress = now;
    this.#changed();
  }

  /** Takes what another recorder of this job has written elsewhere. */
  adopt(progress: JobProgress | null, curve: readonly CurvePoint[]): void {
    if (progress !== null) this.stage(progress.stage, progress.done, progress.of);
    if (JSON.stringify(curve) === JSON.stringify([...this.#curve.values()])) return;
    this.#curve.clear();
    for (const point of curve) this.#curve.set(point.epoch, point);
    this.#changed();
  }

  /** What is known of every epoch so far. */
  get curve(): CurvePoint[] {
    return [...this.#curve.values()];
  }

  /** Takes a line of the job's process. */
  take(line: JobLine): void {
    if (line.type === "stage") this.stage(line.stage, line.done, line.of);
    if (line.type !== "epoch") return;
    const { type: _, ...point } = line;
    // What an earlier attempt told of later epochs is trained again.
    for (const epoch of this.#curve.keys()) if (epoch >= point.epoch) this.#curve.delete(epoch);
    this.#curve.set(point.epoch, point);
    this.#changed();
  }

  /** Ends the writing, after what is left was tried once. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    if (this.#dirty) await this.#write();
  }

  #changed(): void {
    this.#dirty = true;
    this.#timer ??= setTimeout(() => {
      this.#writing = this.#write().finally(() => {
        this.#timer = undefined;
        if (this.#dirty) this.#changed();
      });
    }, PERIOD_MS);
  }

  async #write(): Promise<void> {
    this.#dirty = false;
    try {
      if (!(await this.#writeProgress(this.#progress, [...this.#curve.values()]))) this.#onGone();
    } catch (error) {
      this.#logger.debug({ err: error }, "progress not written");
    }
  }
}
