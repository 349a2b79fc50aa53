import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ClusterPlace } from "../../../cloud/src/training/cluster/cluster-place.ts";
import type { ClusterPace } from "../../../cloud/src/training/cluster/cluster-run.ts";
import { JobApiClient } from "../../../cloud/src/training/cluster/job-api-client.ts";
import type { JobSettings } from "../../../cloud/src/training/cluster/job-manifest.ts";
import type { KubernetesAccess } from "../../../cloud/src/training/cluster/kubernetes-request.ts";
import { silentLogger } from "../../../cloud/test/silent-logger.ts";
import { type AccessRule, accessRulesSchema } from "../src/cluster/access-rules.ts";
import { type JobApi, startJobApi } from "../src/cluster/job-api.ts";
import type { RunningJob } from "../src/cluster/running-job.ts";
import { repositoryPath } from "../src/start/repository.ts";
import type { TrainingFixture } from "./training-fixture.ts";

const NAMESPACE = "sentinel-jobs";
const COUNTING_POD = new URL("./counting-pod.ts", import.meta.url).pathname;
const IMAGE = "sentinel.local/cloud:0.1.0";

const roleSchema = z.object({ rules: accessRulesSchema });

/** What the training controller may, by its manifest. */
export function rulesOfController(): AccessRule[] {
  const file = repositoryPath("k3s/base/training-controller/role.yaml");
  return roleSchema.parse(parse(readFileSync(file, "utf8"))).rules;
}

/** A small cluster for jobs, and controllers that use it. */
export class ClusterFixture {
  readonly api: JobApi;
  readonly #dir: string;

  private constructor(api: JobApi, dir: string) {
    this.api = api;
    this.#dir = dir;
  }

  static async start(rules = rulesOfController()): Promise<ClusterFixture> {
    const dir = await mkdtemp(join(tmpdir(), "sentinel-cluster-"));
    const api = await startJobApi({
      imageRoot: repositoryPath("."),
      images: [IMAGE],
      namespace: NAMESPACE,
      rules,
      dir,
    });
    return new ClusterFixture(api, dir);
  }

  /** Where jobs of a controller run; its Jobs count instead of learning unless told otherwise. */
  place(
    fixture: TrainingFixture,
    change: {
      settings?: Partial<JobSettings>;
      pace?: Partial<ClusterPace>;
      access?: Partial<KubernetesAccess>;
    } = {},
  ): ClusterPlace {
    const { url, accountDir } = this.api;
    return new ClusterPlace({
      client: new JobApiClient({ url, accountDir, ...change.access }, NAMESPACE),
      settings: {
        namespace: NAMESPACE,
        image: IMAGE,
        cpu: "1",
        memory: "1Gi",
        scratch: "1Gi",
        deadlineSeconds: 300,
        command: ["node", COUNTING_POD],
        ...change.settings,
      },
      stores: {
        pictures: fixture.store("sentinel-clips"),
        models: fixture.store("sentinel-models"),
        jobs: fixture.store("sentinel-models"),
      },
      pace: { pollMs: 50, ...change.pace },
      logger: silentLogger,
    });
  }

  /** What a trainer that is a process of its own is told. */
  get environment(): Record<string, string> {
    return {
      SENTINEL_JOBS: "kubernetes",
      SENTINEL_JOB_IMAGE: IMAGE,
      SENTINEL_JOB_NAMESPACE: NAMESPACE,
      SENTINEL_KUBERNETES_URL: this.api.url,
      SENTINEL_KUBERNETES_ACCOUNT: this.api.accountDir,
    };
  }

  get jobs(): RunningJob[] {
    return this.api.namespace.jobs;
  }

  job(jobId: string): RunningJob {
    return this.api.namespace.job(`training-${jobId}`);
  }

  /** Removes every Job, as somebody with kubectl would. */
  async clear(): Promise<void> {
    for (const { name } of this.jobs) this.api.namespace.delete(name);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
