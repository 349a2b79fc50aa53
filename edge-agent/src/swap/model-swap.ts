import { CodedError } from "@sentinel/protocol/coded-error";
import type { Envelope, TrustedKeys } from "@sentinel/protocol/signed-document";
import type { Labels, Statement } from "@sentinel/protocol/statement";
import type { ModelReport } from "@sentinel/protocol/status";
import type { DetectorPool } from "../detect/detector-pool.ts";
import { edgeError } from "../errors.ts";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import { afterActiveEnd, readBootId } from "./active-crashes.ts";
import { checkManifest } from "./manifest-check.ts";
import { afterCrash, type StartModel, startModels } from "./start-models.ts";
import { checkStatement } from "./statement-check.ts";
import { SwapMemory, type SwapNotes } from "./swap-memory.ts";
import { type Refusal, refusalOf, reportOf, toFault } from "./swap-report.ts";
import { SwapRunner } from "./swap-runner.ts";
import type { TrialBounds } from "./trial.ts";

/** A statement that the disk could not remember is taken again after this. */
const TAKE_AGAIN_MS = 5000;

/** Rejections that a better offer of the same model can heal. */
const OF_THE_OFFER = [
  "MANIFEST_INVALID",
  "MANIFEST_KEY_UNKNOWN",
  "MANIFEST_SIGNATURE_WRONG",
  "MANIFEST_DIGEST_DIFFERS",
  "MODEL_HASH_MISMATCH",
  "MODEL_TOO_LARGE",
];

/** Rejections of a model that took the agent down with it. */
const OF_CRASHES = ["MODEL_CRASHED_IN_TRIAL", "MODEL_KEEPS_CRASHING"];

export interface ModelSwapOptions {
  pool: DetectorPool;
  notes: SwapNotes;
  /** The folder of models that came by statements. */
  modelsDir: string;
  keys: TrustedKeys;
  labels: Labels;
  faults: FaultLog;
  log: Logger;
  onChange: () => void;
  onReplacing?: (isReplacing: boolean) => void;
  trialBounds?: TrialBounds;
}

/**
 * Carries out statements: the state machine of docs/architecture.md. One statement is carried out
 * at a time; a newer one ends the attempt under way.
 */
export class ModelSwap {
  readonly #options: ModelSwapOptions;
  readonly #memory: SwapMemory;
  readonly #runner: SwapRunner;
  readonly #stopping = new AbortController();
  #refusal: Refusal | null = null;
  #attempt = new AbortController();
  #attempts: Promise<void> = Promise.resolve();
  #takeAgain: NodeJS.Timeout | null = null;
  #expiry: NodeJS.Timeout | null = null;

  constructor(options: ModelSwapOptions) {
    this.#options = options;
    this.#memory = new SwapMemory(options.notes, options.faults);
    this.#runner = new SwapRunner({ ...options, memory: this.#memory });
  }

  get report(): ModelReport {
    const at = { now: Date.now(), fetchedBytes: this.#runner.fetchedBytes };
    return reportOf(this.#memory.record, this.#refusal, at);
  }

  /** The model that answers now. */
  get running(): ResolvedModel | null {
    return this.#runner.running;
  }

  /** What the swap has to know of every frame. */
  get frames(): Pick<SwapRunner, "asked" | "answered" | "dropped" | "failed"> {
    return this.#runner;
  }

  /**
   * Reads what was under way when the agent ended, and says with which models to start. That a model
   * runs is on the disk before it is loaded.
   *
   * @throws OUTBOX_*
   */
  recall(own: StartModel): StartModel[] {
    this.#memory.load();
    const { record: before } = this.#memory;
    const bootId = readBootId();
    const now = Date.now();
    const changes = afterCrash(before, now) ?? afterActiveEnd(before, bootId, now);
    const { trial, active: next, activeCrashes, fault } = { ...before, ...changes };
    const watched = activeCrashes && {
      activeCrashes: { ...activeCrashes, bootId, running: true },
    };
    // A full disk must not keep a good model from running: it is decided again by the next start.
    if (changes !== null || watched !== null) this.#memory.change({ ...changes, ...watched });
    const { log } = this.#options;
    if (changes?.state === "rejected") {
      log.error({ code: fault?.code }, fault?.message);
    } else if (next !== before.active) {
      const names = { from: before.active?.name, to: next?.name };
      log.error(names, "the active model kept ending the agent; another one runs");
    } else if (changes?.activeCrashes) {
      const { length: ends } = changes.activeCrashes.at;
      log.warn({ model: next?.name, ends }, "the agent ended unexpectedly with the active model");
    }
    if (trial !== null) this.#memory.commit({ trial: { ...trial, running: true } });
    return startModels(this.#memory.record, own);
  }

  /** The detector runs this model; what was under way goes on. */
  start(running: ResolvedModel): void {
    this.#runner.runs(running);
    const { state, statement, trial, activeCrashes } = this.#memory.record;
    if (trial === null && activeCrashes !== null && activeCrashes.digest !== running.digest) {
      this.#memory.change({ activeCrashes: null });
    }
    this.#watchExpiry();
    if (state === "rejected") this.#runner.tidy();
    if (statement === null || state === "rejected") return;
    if (state !== "active" || statement.digest !== running.digest) this.#begin();
  }

  /** @param isPolite where not, the end is held against the model that runs, as a crash is. */
  stop(isPolite: boolean): void {
    this.#stopping.abort();
    this.#attempt.abort();
    for (const timer of [this.#takeAgain, this.#expiry]) if (timer !== null) clearTimeout(timer);
    const { trial, activeCrashes } = this.#memory.record;
    if (isPolite && (trial !== null || activeCrashes !== null)) {
      this.#memory.change({
        trial: trial && { ...trial, running: false },
        activeCrashes: activeCrashes && { ...activeCrashes, running: false },
      });
    }
    this.#memory.stop();
  }

  /** Takes a statement, or refuses it and changes nothing. */
  take(envelope: Envelope): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#takeAgain !== null) clearTimeout(this.#takeAgain);
    this.#takeAgain = null;
    const { statement: last, contents: lastContents } = this.#memory.record;
    const { keys, labels, onChange } = this.#options;
    const context = { keys, labels, last, lastContents, now: Date.now() };
    try {
      const { statement, contents, isRepeat } = checkStatement(envelope, context);
      if (!isRepeat) this.#accept(statement, contents);
      this.#refusal = null;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#options.faults.count(error);
      this.#refusal = refusalOf(envelope, error, Date.now());
      if (error.code.startsWith("OUTBOX_")) {
        this.#takeAgain = setTimeout(() => this.take(envelope), TAKE_AGAIN_MS);
      }
    }
    onChange();
  }

  /**
   * Says where the wanted model can be fetched.
   *
   * @throws MODEL_NOT_WANTED, MANIFEST_*, MODEL_CLASSES_DIFFER
   */
  offer(offer: { digest: string; manifest: Envelope; url: string; expiresAt: number }): void {
    const { statement, state, fault } = this.#memory.record;
    if (statement === null || statement.digest !== offer.digest) {
      const wanted = statement?.digest.slice(0, 12) ?? "none";
      throw edgeError(
        "MODEL_NOT_WANTED",
        `${offer.digest.slice(0, 12)} is offered, wanted is ${wanted}`,
      );
    }
    const healable = state === "rejected" && OF_THE_OFFER.includes(fault?.code ?? "");
    if (state !== "fetching" && !healable) return;
    try {
      const manifest = checkManifest(offer.manifest, this.#options.keys, statement.digest);
      this.#runner.checkClasses(manifest.classNames);
      const { url, expiresAt } = offer;
      this.#memory.change({ offer: { manifest, url, expiresAt } });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#attempt.abort();
      this.#reject(error);
      throw error;
    }
    this.#runner.offers.came();
    if (healable) {
      this.#runner.to("fetching");
      this.#begin();
    }
  }

  #accept(statement: Statement, contents: string): void {
    if (this.#repeatsWhatCrashed(statement)) {
      this.#memory.commit({ statement, contents });
      this.#watchExpiry();
      return;
    }
    const { offer } = this.#memory.record;
    const state = { state: "fetching" as const, since: Date.now(), fault: null };
    const kept = offer?.manifest.digest === statement.digest ? offer : null;
    this.#memory.commit({ ...state, statement, contents, offer: kept });
    const { counter, cohort, digest, reason } = statement;
    this.#options.log.info({ counter, cohort, digest, reason }, "a statement was taken");
    this.#watchExpiry();
    this.#begin();
  }

  /** The cloud signs its wish anew now and then: only another commit is another wish of a person. */
  #repeatsWhatCrashed({ digest, commit, cohort }: Statement): boolean {
    const { state, fault, statement: last } = this.#memory.record;
    return (
      state === "rejected" &&
      OF_CRASHES.includes(fault?.code ?? "") &&
      last?.digest === digest &&
      last.commit === commit &&
      last.cohort === cohort
    );
  }

  /** Ends the attempt under way and begins anew. */
  #begin(): void {
    this.#attempt.abort();
    this.#attempt = new AbortController();
    const { signal } = this.#attempt;
    this.#attempts = this.#attempts.then(async () => {
      if (signal.aborted) return;
      try {
        await this.#runner.carryOut(signal);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        if (!signal.aborted) this.#reject(error);
      }
    });
  }

  #reject(fault: CodedError): void {
    this.#options.faults.count(fault);
    this.#memory.change({
      state: "rejected",
      since: Date.now(),
      fault: toFault(fault),
      trial: null,
    });
    this.#runner.tidy();
    this.#options.log.error({ code: fault.code }, `the model was rejected: ${fault.message}`);
    this.#options.onChange();
  }

  /** Tells when the statement is stale. */
  #watchExpiry(): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    const expiresAt = this.#memory.record.statement?.expiresAt ?? 0;
    const inMs = expiresAt - Date.now();
    if (inMs <= 0) return;
    // Timers hold 24 days at most.
    this.#expiry = setTimeout(
      () => {
        this.#options.onChange();
        this.#watchExpiry();
      },
      Math.min(inMs, 86_400_000),
    ).unref();
  }
}
