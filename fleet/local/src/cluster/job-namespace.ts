import { jobSpecSchema } from "./job-spec.ts";
import { RunningJob } from "./running-job.ts";

/** How often a Job without a pod is tried again. */
const RETRY_MS = 200;

/** What the API server would answer instead of what was asked for. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The Jobs of one namespace, their quota, and what becomes of them. */
export class JobNamespace {
  readonly name: string;
  quota: { jobs?: number; pods?: number };
  readonly #imageRoot: string;
  readonly #images: readonly string[];
  readonly #dir: string;
  readonly #jobs = new Map<string, RunningJob>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(options: {
    name: string;
    quota: { jobs?: number; pods?: number };
    imageRoot: string;
    images: readonly string[];
    dir: string;
  }) {
    this.name = options.name;
    this.quota = options.quota;
    this.#imageRoot = options.imageRoot;
    this.#images = options.images;
    this.#dir = options.dir;
  }

  get jobs(): RunningJob[] {
    return [...this.#jobs.values()];
  }

  /** @throws ApiRefusal 404. */
  job(name: string): RunningJob {
    const job = this.#jobs.get(name);
    if (job !== undefined) return job;
    throw new ApiRefusal(404, "NotFound", `jobs.batch "${name}" not found`);
  }

  /** @throws ApiRefusal as an API server with a quota does. */
  create(body: unknown): RunningJob {
    const parsed = jobSpecSchema.safeParse(body);
    if (!parsed.success) throw new ApiRefusal(422, "Invalid", parsed.error.message);
    const spec = parsed.data;
    const { name, namespace } = spec.metadata;
    if (namespace !== this.name) {
      const message = `the namespace of the object does not match ${this.name}`;
      throw new ApiRefusal(400, "BadRequest", message);
    }
    if (this.#jobs.has(name)) {
      throw new ApiRefusal(409, "AlreadyExists", `jobs.batch "${name}" already exists`);
    }
    const { jobs: limit = Number.POSITIVE_INFINITY } = this.quota;
    if (this.#jobs.size >= limit) {
      const used = `requested: count/jobs.batch=1, used: count/jobs.batch=${this.#jobs.size}, limited: count/jobs.batch=${limit}`;
      const message = `jobs.batch "${name}" is forbidden: exceeded quota: training-jobs, ${used}`;
      throw new ApiRefusal(403, "Forbidden", message);
    }
    const [imageRoot, images, dir] = [this.#imageRoot, this.#images, this.#dir];
    const job = new RunningJob({ spec, imageRoot, images, dir });
    this.#jobs.set(name, job);
    this.#beginWhenAllowed(job);
    return job;
  }

  /** The Job is there until its pod has ended. @throws ApiRefusal 404. */
  delete(name: string): RunningJob {
    const job = this.job(name);
    void job.delete().then(() => {
      if (this.#jobs.get(name) === job) this.#jobs.delete(name);
    });
    return job;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.jobs.map((job) => job.delete()));
  }

  #beginWhenAllowed(job: RunningJob): void {
    if (this.#stopped || job.isBeingDeleted) return;
    const { pods: limit = Number.POSITIVE_INFINITY } = this.quota;
    const used = this.jobs.filter(({ hasLivePod }) => hasLivePod).length;
    if (used < limit) {
      job.begin(() => this.#removeLater(job));
      return;
    }
    const message = `pods "${job.name}-x" is forbidden: exceeded quota: training-jobs, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;
    job.refusePod(message);
    this.#later(RETRY_MS, () => this.#beginWhenAllowed(job));
  }

  #removeLater(job: RunningJob): void {
    this.#later(job.spec.spec.ttlSecondsAfterFinished * 1000, () => {
      if (this.#jobs.get(job.name) === job) this.#jobs.delete(job.name);
    });
  }

  #later(ms: number, work: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}
