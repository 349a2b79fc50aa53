/**
 * What the manifests say already and the packages do not know yet. Each entry goes when its package knows it: the
 * check reports an entry that is no longer needed, and this file with its last one.
 */
export const AWAITED = {
  /** Variables of the cloud and of the agent. */
  variables: [
    "SENTINEL_JOBS",
    "SENTINEL_JOB_IMAGE",
    "SENTINEL_JOB_NAMESPACE",
    "SENTINEL_HEALTH_PORT",
    "SENTINEL_BROKER_PASSWORD_FILE",
  ],
  /** Roles of the cloud. */
  roles: [],
  /** Arguments of the cloud's program. */
  arguments: [],
} as const satisfies Record<string, readonly string[]>;
