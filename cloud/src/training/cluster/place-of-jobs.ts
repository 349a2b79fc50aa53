import type { Logger } from "pino";
import type { CloudConfig } from "../../config.ts";
import type { JobPlace } from "../jobs/job-place.ts";
import { JOB_PROGRAMS } from "../jobs/job-programs.ts";
import { processPlace } from "../jobs/process-place.ts";
import { ClusterPlace } from "./cluster-place.ts";
import { JobApiClient } from "./job-api-client.ts";
import type { ClusterStores } from "./job-objects.ts";

/** What a Job's container runs, from the root of our image. */
export const POD_COMMAND = ["node", "cloud/src/training/pod/pod-main.ts"] as const;

/** Where the settings say that jobs run. */
export function placeOfJobs(config: CloudConfig, stores: ClusterStores, logger: Logger): JobPlace {
  const { jobs, jobImage, jobNamespace } = config;
  if (jobs === "process" || jobImage === undefined || jobNamespace === undefined) {
    return processPlace(JOB_PROGRAMS, logger);
  }
  const access = { url: config.kubernetesUrl, accountDir: config.kubernetesAccount };
  return new ClusterPlace({
    client: new JobApiClient(access, jobNamespace),
    settings: {
      namespace: jobNamespace,
      image: jobImage,
      cpu: config.jobCpu,
      memory: config.jobMemory,
      scratch: config.jobScratch,
      deadlineSeconds: config.jobDeadlineSeconds,
      command: POD_COMMAND,
    },
    stores,
    logger,
  });
}
