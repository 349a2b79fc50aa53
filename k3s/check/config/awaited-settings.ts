/**
 * What the manifests say already and the packages do not know yet. Each entry goes when its package knows it: the
 * check reports an entry that is no longer needed, and this file with its last one.
 */
export const AWAITED = {
  /** Variables of the cloud and of the agent. */
  variables: ["SENTINEL_JOBS", "SENTINEL_JOB_IMAGE", "SENTINEL_JOB_NAMESPACE"],
  /** Roles of the cloud. */
  roles: [] as readonly string[],
  /** Arguments of the cloud's program. */
  arguments: [] as readonly string[],
} as const satisfies Record<string, readonly string[]>;
