import { mkdir } from "node:fs/promises";
import type { Logger } from "pino";
import type { Assignment, JobKindName, JobPlace } from "../jobs/job-place.ts";
import type { Attempt } from "../jobs/job-runner.ts";
import { type ClusterPace, ClusterRun } from "./cluster-run.ts";
import type { JobApiClient } from "./job-api-client.ts";
import { ID_LABEL, type JobSettings, jobNameOf, selectorOf } from "./job-manifest.ts";
import { type ClusterStores, JobObjects } from "./job-objects.ts";
import { isOver } from "./job-outlook.ts";

const PACE: ClusterPace = {
  pollMs: 2_000,
  imagePatienceMs: 5 * 60_000,
  roomPatienceMs: 30 * 60_000,
};

/** Jobs run as Jobs of a Kubernetes cluster, whoever looks after them meanwhile. */
export class ClusterPlace implements JobPlace {
  readonly #client: JobApiClient;
  readonly #settings: JobSettings;
  readonly #stores: ClusterStores;
  readonly #pace: ClusterPace;
  readonly #logger: Logger;

  constructor(options: {
    client: JobApiClient;
    settings: JobSettings;
    stores: ClusterStores;
    pace?: Partial<ClusterPace>;
    logger: Logger;
  }) {
    this.#client = options.client;
    this.#settings = options.settings;
    this.#stores = options.stores;
    this.#pace = { ...PACE, ...options.pace };
    this.#logger = options.logger;
  }

  async work(assignment: Assignment, attempt: Attempt): Promise<void> {
    const { kind, jobId } = assignment;
    await mkdir(attempt.folder, { recursive: true });
    const run = new ClusterRun({
      client: this.#client,
      settings: this.#settings,
      objects: new JobObjects(this.#stores, kind, jobId),
      pace: this.#pace,
      assignment,
      attempt,
      logger: this.#logger,
    });
    try {
      await run.run();
    } finally {
      // Cancelled. A trainer that only stops leaves the Job to the next one.
      if (attempt.gone.aborted) await this.#end(jobNameOf(kind, jobId));
    }
  }

  async forget(kind: JobKindName, jobId: string): Promise<void> {
    await new JobObjects(this.#stores, kind, jobId).remove();
  }

  async sweep(kind: JobKindName, pending: () => Promise<ReadonlySet<string>>): Promise<void> {
    const jobs = (await this.#client.list(selectorOf(kind))).filter((job) => !isOver(job));
    if (jobs.length === 0) return;
    const wanted = await pending();
    for (const { metadata } of jobs) {
      const jobId = metadata.labels[ID_LABEL] ?? "";
      if (wanted.has(jobId)) continue;
      this.#logger.info({ job: metadata.name }, "nobody wants this Job any more");
      await this.#end(metadata.name);
      await this.forget(kind, jobId);
    }
  }

  async #end(name: string): Promise<void> {
    await this.#client.remove(name).catch((error: unknown) => {
      this.#logger.warn(
        { job: name, err: error },
        "a Job that nobody wants could not be ended yet",
      );
    });
  }
}
