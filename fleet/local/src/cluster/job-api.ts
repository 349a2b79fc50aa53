import type { AccessRule } from "./access-rules.ts";

/** What a small Kubernetes API of one namespace is to do. */
export interface JobApiOptions {
  /** Stands for the image: the containers' commands run in it (`node cloud/src/…`). */
  imageRoot: string;
  /** Images that can be pulled; a pod of another one waits with ErrImagePull. */
  images: readonly string[];
  namespace: string;
  /** What the bearer of the token may: `rules` of the Role of the manifests. */
  rules: readonly AccessRule[];
  /** Scratch space: the pods' emptyDirs, and below `account/` the ServiceAccount's files. */
  dir: string;
  /** As a ResourceQuota says it; no limit where absent. */
  quota?: { jobs?: number; pods?: number };
  /** 0, the default, is any port that is free. */
  port?: number;
}

/** A small Kubernetes API that runs. */
export interface JobApi {
  /** For SENTINEL_KUBERNETES_URL: `https://127.0.0.1:PORT`. */
  url: string;
  /** For SENTINEL_KUBERNETES_ACCOUNT: the folder that a pod finds mounted, with `token` and `ca.crt`. */
  accountDir: string;
  /** Ends the pods' processes too. */
  stop(): Promise<void>;
}

/**
 * Serves the part of the Kubernetes API that training needs, on 127.0.0.1 by TLS: Jobs (create, get, list,
 * delete), their pods, events and logs. A Job's container runs as a process here, with the Job's environment
 * and nothing else; values that name a mounted volume name its folder instead.
 */
export function startJobApi(_options: JobApiOptions): Promise<JobApi> {
  return Promise.reject(new Error("comes with the next commit"));
}
