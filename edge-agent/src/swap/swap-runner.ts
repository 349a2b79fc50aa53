import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Statement } from "@sentinel/protocol/statement";
import type { SwapState } from "@sentinel/protocol/status";
import type { DetectorPool } from "../detect/detector-pool.ts";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import { readBootId, watchActive } from "./active-crashes.ts";
import { checkClasses } from "./manifest-check.ts";
import { fetchOffered } from "./model-fetch.ts";
import { isWhole, ModelStore } from "./model-store.ts";
import { Offers } from "./offers.ts";
import { SwapGap } from "./swap-gap.ts";
import type { SwapMemory } from "./swap-memory.ts";
import { toFault } from "./swap-report.ts";
import { TRIAL_BOUNDS, Trial, type TrialBounds } from "./trial.ts";

/** Models that were good here and whose files are kept, for the way back. */
const KEPT_GOOD = 3;

/** So long after a replacement the frames that waited for it may be worked off. */
const CALM_AFTER_MS = 10_000;

/** Progress is told this often. */
const PROGRESS_MS = 1000;

export interface SwapRunnerOptions {
  pool: DetectorPool;
  memory: SwapMemory;
  /** The folder of models that came by statements. */
  modelsDir: string;
  faults: FaultLog;
  log: Logger;
  onChange: () => void;
  /** True while a model is replaced and shortly after: frames should wait rather than be dropped. */
  onReplacing?: ((isReplacing: boolean) => void) | undefined;
  trialBounds?: TrialBounds | undefined;
}

/** Brings the model of the statement in the record to run, and measures what that does to frames. */
export class SwapRunner {
  readonly offers = new Offers();
  readonly #options: SwapRunnerOptions;
  readonly #memory: SwapMemory;
  readonly #store: ModelStore;
  readonly #gap = new SwapGap();
  #running: ResolvedModel | null = null;
  #trial: { digest: string; trial: Trial } | null = null;
  #fetchedBytes: number | null = null;
  #toldAt = 0;
  #calm: NodeJS.Timeout | null = null;

  constructor(options: SwapRunnerOptions) {
    this.#options = options;
    this.#memory = options.memory;
    this.#store = new ModelStore(options.modelsDir);
  }

  /** The model that answers now. */
  get running(): ResolvedModel | null {
    return this.#running;
  }

  get fetchedBytes(): number | null {
    return this.#fetchedBytes;
  }

  /** The detector was started with this model. */
  runs(model: ResolvedModel): void {
    this.#running = model;
  }

  /** A frame is handed to the detector. */
  asked(): void {
    this.#trial?.trial.asked();
  }

  /** A model answered a frame. */
  answered(digest: string): void {
    if (this.#trial?.digest === digest) this.#trial.trial.answered();
    const measured = this.#gap.answered(digest, performance.now());
    if (measured === null) return;
    this.#memory.change({ lastSwap: { at: Date.now(), ...measured } });
    this.#options.onChange();
  }

  /** A frame gave way to a newer one, or failed. */
  dropped(): void {
    this.#gap.dropped();
  }

  /** A model could not answer a frame, or not be loaded again after a thread died. */
  failed(digest: string, fault: unknown): void {
    if (this.#trial?.digest === digest) this.#trial.trial.failed(fault);
  }

  /**
   * Carries the statement out. After an abort nothing more is changed, except that a replacement
   * of the model that was begun is finished.
   *
   * @throws why the model was rejected; the one before it answers.
   */
  async carryOut(signal: AbortSignal): Promise<void> {
    const { statement, trial } = this.#memory.record;
    const running = this.#running;
    if (statement === null || running === null) return;
    const { digest } = statement;
    if (trial !== null && trial.model.digest === digest && running.digest === digest) {
      await this.#watchTrial(trial.model, trial.previous, signal);
      return;
    }
    if (trial !== null) await this.#goBack(trial.previous);
    if (signal.aborted) return;
    if (this.#running?.digest === digest) {
      this.#activate(this.#running, signal);
      return;
    }
    const known = await this.#knownModel(digest);
    if (known === null) {
      this.to("fetching");
      await this.#leaveRevoked(statement);
    }
    const model = known ?? (await this.#fetch(digest, signal));
    if (model === null || signal.aborted) return;
    if (known === null) this.checkClasses(model.classNames);
    await this.#tryOut(model, signal);
  }

  /** A model that was good here and still lies on the disk. */
  async #knownModel(digest: string): Promise<ResolvedModel | null> {
    const known = this.#memory.record.good.find((model) => model.digest === digest);
    return known !== undefined && (await isWhole(known.path, digest)) ? known : null;
  }

  async #fetch(digest: string, signal: AbortSignal): Promise<ResolvedModel | null> {
    this.#fetchedBytes = null;
    return await fetchOffered({
      store: this.#store,
      offers: this.offers,
      offer: () => {
        const { offer } = this.#memory.record;
        return offer?.manifest.digest === digest ? offer : null;
      },
      onState: (state) => {
        if (!signal.aborted) this.to(state);
      },
      onProgress: (bytes) => this.#progress(bytes),
      onFault: (fault) => {
        this.#options.faults.count(fault);
        this.#memory.change({ fault: toFault(fault) });
        this.#options.onChange();
      },
      signal,
    });
  }

  async #tryOut(model: ResolvedModel, signal: AbortSignal): Promise<void> {
    const previous = this.#running;
    if (previous === null) return;
    this.to("staged");
    // On the disk before the model is in the process: it may end the process.
    this.#memory.commit({ trial: { model, previous, crashes: 0, running: true } });
    try {
      await this.#replace(model, () => {
        this.to("warmed");
        this.to("trial");
      });
    } catch (error) {
      this.#memory.change({ trial: null });
      throw error;
    }
    await this.#watchTrial(model, previous, signal);
  }

  async #watchTrial(
    model: ResolvedModel,
    previous: ResolvedModel,
    signal: AbortSignal,
  ): Promise<void> {
    this.#trial ??= this.#newTrial(model);
    const { trial } = this.#trial;
    this.to("trial");
    const fault = await trial.over(signal);
    this.#trial = null;
    if (signal.aborted) return;
    if (fault === null) this.#activate(model, signal);
    else {
      await this.#goBack(previous);
      throw fault;
    }
  }

  /** Lets the previous model answer again. */
  async #goBack(previous: ResolvedModel): Promise<void> {
    if (this.#running?.digest !== previous.digest) await this.#replace(previous, () => undefined);
    this.#memory.change({ trial: null });
  }

  /** A model that must not run gives way before its successor is here, where there is another. */
  async #leaveRevoked({ revoked }: Statement): Promise<void> {
    const running = this.#running;
    if (running === null || !revoked.includes(running.digest)) return;
    for (const model of this.#memory.record.good) {
      if (revoked.includes(model.digest) || !(await isWhole(model.path, model.digest))) continue;
      await this.#replace(model, () => undefined);
      const watched = watchActive(this.#memory.record, model.digest, readBootId());
      this.#memory.change({ active: model, ...watched });
      this.#options.log.warn({ from: running.digest, to: model.digest }, "the model is revoked");
      return;
    }
    const fault = edgeError(
      "MODEL_REVOKED",
      `${running.name} is revoked, and no other model is here`,
    );
    this.#options.faults.count(fault);
    this.#memory.change({ fault: toFault(fault) });
    this.#options.onChange();
  }

  async #replace(model: ResolvedModel, onWarmed: () => void): Promise<void> {
    const from = this.#running?.digest ?? model.digest;
    if (this.#calm !== null) clearTimeout(this.#calm);
    this.#options.onReplacing?.(true);
    try {
      await this.#options.pool.replace(model, {
        beforeSwitch: () => {
          onWarmed();
          this.#running = model;
          this.#gap.switched(from, model.digest);
          const isTrial = this.#memory.record.trial?.model.digest === model.digest;
          this.#trial = isTrial ? this.#newTrial(model) : null;
        },
      });
    } finally {
      this.#calm = setTimeout(() => this.#options.onReplacing?.(false), CALM_AFTER_MS).unref();
    }
    this.#options.log.info({ model: model.name, digest: model.digest }, "another model answers");
    this.#options.onChange();
  }

  #newTrial({ digest }: ResolvedModel): { digest: string; trial: Trial } {
    return { digest, trial: new Trial(this.#options.trialBounds ?? TRIAL_BOUNDS) };
  }

  #activate(model: ResolvedModel, signal: AbortSignal): void {
    const { good, trial } = this.#memory.record;
    const before = trial?.previous;
    const known = [...(before === undefined ? [] : [before]), ...good];
    // What was left for an older model comes after what was good before that one.
    const at = good.findIndex(({ digest }) => digest === model.digest);
    const others = at === -1 ? known : [...good.slice(at + 1), ...known];
    const kept = [model, ...others].filter(
      ({ digest }, index, all) => all.findIndex((other) => other.digest === digest) === index,
    );
    this.#memory.change({
      state: "active",
      since: Date.now(),
      fault: null,
      trial: null,
      offer: null,
      active: model,
      ...watchActive(this.#memory.record, model.digest, readBootId()),
      good: kept.slice(0, KEPT_GOOD),
    });
    this.#options.log.info({ model: model.name, digest: model.digest }, "the model is active");
    this.#options.onChange();
    if (!signal.aborted) this.tidy();
  }

  /** Deletes models that nothing needs any more; what cannot be deleted is tried again the next time. */
  tidy(): void {
    this.#store
      .tidy((digest) => this.#isNeeded(digest))
      .catch((fault: CodedError) => {
        this.#options.faults.count(fault);
      });
  }

  /** The next state; what stood in the way of the one before is forgotten. */
  to(state: SwapState): void {
    const { state: before, since } = this.#memory.record;
    this.#memory.change({ state, since: before === state ? since : Date.now(), fault: null });
    this.#options.onChange();
  }

  #progress(bytes: number): void {
    this.#fetchedBytes = bytes;
    if (this.#memory.record.fault !== null) this.#memory.change({ fault: null });
    if (Date.now() - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = Date.now();
    this.#options.onChange();
  }

  /** @throws MODEL_CLASSES_DIFFER where the running model's are not all among these. */
  checkClasses(classNames: readonly string[]): void {
    checkClasses(classNames, this.#running?.classNames ?? []);
  }

  #isNeeded(digest: string): boolean {
    const { good, active, statement, state } = this.#memory.record;
    if (state !== "rejected" && statement?.digest === digest) return true;
    return [this.#running, active, ...good].some((model) => model?.digest === digest);
  }
}
