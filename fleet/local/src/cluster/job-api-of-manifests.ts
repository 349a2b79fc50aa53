import { mkdirSync } from "node:fs";
import type { Rendered } from "@sentinel/k3s/document/rendered";
import { repositoryPath } from "../start/repository.ts";
import { accessRulesSchema } from "./access-rules.ts";
import { type JobApi, startJobApi } from "./job-api.ts";
import type { Substitutions } from "./substitutions.ts";

const NAMESPACE = "sentinel-jobs";

/** The API server in which the training controller makes Jobs: allowed is what its Role allows, and as many as the quota says. */
export function startJobApiOf(
  rendered: Rendered,
  dir: string,
  substitutions: Substitutions,
): Promise<JobApi> {
  mkdirSync(dir, { recursive: true });
  const role = rendered.find("Role", NAMESPACE, "training-controller");
  const quota = rendered.find("ResourceQuota", NAMESPACE, "training-jobs");
  const controller = rendered.find("Deployment", "sentinel", "training-controller");
  const [container] = controller?.spec.template.spec.containers ?? [];
  substitutions.record(
    "API server",
    "the cluster's own, for ServiceAccount training-controller",
    "a small one that runs Jobs as processes (SENTINEL_KUBERNETES_URL, SENTINEL_KUBERNETES_ACCOUNT)",
  );
  return startJobApi({
    imageRoot: repositoryPath("."),
    images: [container?.image ?? ""],
    namespace: NAMESPACE,
    rules: accessRulesSchema.parse(role?.rules ?? []),
    quota: {
      jobs: Number(quota?.spec.hard["count/jobs.batch"]),
      pods: Number(quota?.spec.hard.pods),
    },
    dir,
  });
}
