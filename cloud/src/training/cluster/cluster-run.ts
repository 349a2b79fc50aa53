import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import { cloudError, type cloudErrors } from "../../errors.ts";
import { type Assignment, END_CODES } from "../jobs/job-place.ts";
import type { Attempt } from "../jobs/job-runner.ts";
import { failedFault, killedFault, MAX_KILLS } from "../jobs/persistent-child.ts";
import type { JobApiClient } from "./job-api-client.ts";
import { type JobSettings, jobManifest, jobNameOf } from "./job-manifest.ts";
import type { JobObjects } from "./job-objects.ts";
import { type JobOutlook, outlookOf } from "./job-outlook.ts";
import { lastWordsIn } from "./last-words.ts";

type Code = keyof typeof cloudErrors;

/** Addresses hold for as long as a Job may run, and this much for what goes before. */
const SPARE_SECONDS = 3 * 3600;
/** No signature of S3 holds longer. */
const MAX_SECONDS = 7 * 86_400;

/** How often to look, and how long something may stand in a Job's way; ms. */
export interface ClusterPace {
  pollMs: number;
  imagePatienceMs: number;
  roomPatienceMs: number;
}

/** What one look came to. */
type Look = "on" | "done" | { fault: CodedError };

/** Brings one job's Job about in the cluster, follows it, and makes it again where it was killed. */
export class ClusterRun {
  readonly #client: JobApiClient;
  readonly #settings: JobSettings;
  readonly #objects: JobObjects;
  readonly #pace: ClusterPace;
  readonly #assignment: Assignment;
  readonly #attempt: Attempt;
  readonly #logger: Logger;
  readonly #name: string;
  #isThere = false;
  #kills = 0;
  #obstacle: { code: Code; since: number } | null = null;

  constructor(options: {
    client: JobApiClient;
    settings: JobSettings;
    objects: JobObjects;
    pace: ClusterPace;
    assignment: Assignment;
    attempt: Attempt;
    logger: Logger;
  }) {
    const { kind, jobId } = options.assignment;
    this.#client = options.client;
    this.#settings = options.settings;
    this.#objects = options.objects;
    this.#pace = options.pace;
    this.#assignment = options.assignment;
    this.#attempt = options.attempt;
    this.#name = jobNameOf(kind, jobId);
    this.#logger = options.logger.child({ job: this.#name });
  }

  /**
   * Until the outputs lie in the attempt's folder.
   * @throws CodedError; the signal's reason where that was aborted, and the Job is left as it is.
   */
  async run(): Promise<void> {
    const { signal } = this.#attempt;
    for (;;) {
      signal.throwIfAborted();
      const look = await this.#look();
      if (look === "done") return;
      if (look !== "on") throw look.fault;
      await delay(this.#pace.pollMs, undefined, { signal });
    }
  }

  /** A cluster or a store that is away for a while ends nothing: the Job goes on without us. */
  async #look(): Promise<Look> {
    try {
      return await this.#lookOnce();
    } catch (error) {
      if (!(error instanceof CodedError) || !error.retryable) throw error;
      this.#attempt.recorder.stage(`waits, ${error.code}`, 0, 0);
      this.#logger.debug({ err: error }, "cannot look after the job");
      return "on";
    }
  }

  async #lookOnce(): Promise<Look> {
    const job = await this.#client.find(this.#name);
    if (job === null) return this.#make();
    // On its way out; made again when it is gone.
    if (job.metadata.deletionTimestamp !== undefined) return "on";
    this.#isThere = true;
    const [pod] = await this.#client.pods(this.#name);
    const events = pod === undefined ? await this.#client.events(this.#name) : [];
    return this.#judge(outlookOf(job, pod, events));
  }

  async #judge(outlook: JobOutlook): Promise<Look> {
    const { recorder } = this.#attempt;
    if (outlook.phase === "pending") {
      if (outlook.code !== null) return this.#hindered(outlook.code, outlook.message);
      recorder.stage("waits for the cluster", 0, 0);
      return "on";
    }
    this.#obstacle = null;
    const told = await this.#objects.readProgress();
    if (told !== null) recorder.adopt(told.progress, told.curve);
    switch (outlook.phase) {
      case "running":
        return "on";
      case "done":
        return this.#fetch();
      case "timed out":
        return { fault: cloudError("JOB_TIMED_OUT", outlook.message) };
      case "failed":
        return this.#failed(outlook.podName, outlook.lastWords);
      case "killed":
        return this.#killed(outlook.by);
    }
  }

  async #make(): Promise<Look> {
    // It may have ended, and been tidied away, while nobody looked.
    if (await this.#objects.bring(this.#assignment, this.#attempt.folder)) return "done";
    if (this.#isThere) {
      this.#isThere = false;
      this.#kills += 1;
      this.#logger.warn("the Job has vanished");
      if (this.#kills > MAX_KILLS) {
        return {
          fault: cloudError("JOB_VANISHED", `${this.#name} was deleted ${this.#kills} times`),
        };
      }
    }
    const { kind, jobId } = this.#assignment;
    const seconds = Math.min(this.#settings.deadlineSeconds + SPARE_SECONDS, MAX_SECONDS);
    const { curve } = this.#attempt.recorder;
    const orderUrl = await this.#objects.writeOrder(this.#assignment, curve, seconds);
    const manifest = jobManifest(this.#settings, { kind, jobId, orderUrl });
    const made = await this.#client.create(manifest);
    if (typeof made === "object") return this.#hindered("JOB_QUOTA_EXCEEDED", made.quota);
    this.#isThere = true;
    this.#logger.info({ made }, "the Job is there");
    return "on";
  }

  async #fetch(): Promise<Look> {
    if (await this.#objects.bring(this.#assignment, this.#attempt.folder)) return "done";
    const { failed } = END_CODES[this.#assignment.kind];
    return { fault: cloudError(failed, "its Job is complete and left no result") };
  }

  async #failed(podName: string, lastWords: string): Promise<Look> {
    const { fault, lines } = lastWordsIn((await this.#client.log(podName)) ?? lastWords);
    const coded = failedFault(fault, lines, END_CODES[this.#assignment.kind]);
    // Dealt out again later, which must not find this one.
    if (coded.retryable) await this.#remove();
    return { fault: coded };
  }

  async #killed(by: string): Promise<Look> {
    if (this.#kills >= MAX_KILLS) {
      return { fault: killedFault(by, [], END_CODES[this.#assignment.kind]) };
    }
    this.#logger.warn({ by }, "the Job was killed, goes on from its checkpoint");
    await this.#remove();
    this.#kills += 1;
    return "on";
  }

  /** What may pass is waited for, within reason; then the Job must not begin any more. */
  async #hindered(code: Code, message: string): Promise<Look> {
    const { imagePatienceMs, roomPatienceMs } = this.#pace;
    this.#attempt.recorder.stage(`waits, ${code}`, 0, 0);
    if (this.#obstacle?.code !== code) {
      this.#obstacle = { code, since: performance.now() };
      this.#logger.warn({ code, message }, "the Job cannot begin");
    }
    const isRoom = code === "JOB_QUOTA_EXCEEDED" || code === "JOB_UNSCHEDULABLE";
    const patience = isRoom ? roomPatienceMs : imagePatienceMs;
    if (performance.now() - this.#obstacle.since < patience) return "on";
    await this.#remove();
    return { fault: cloudError(code, message) };
  }

  async #remove(): Promise<void> {
    await this.#client.remove(this.#name);
    this.#isThere = false;
  }
}
