/** Notified in every transaction that adds to the event log; the payload is empty. */
export const EVENT_LOG_CHANNEL = "sentinel_event_log";

/** Notified when something that people look at changed; the payload says what (see ChangeFeed). */
export const CHANGES_CHANNEL = "sentinel_changes";

/** Notified when a snapshot's picture has arrived; the payload is its SHA-256. */
export const SNAPSHOTS_CHANNEL = "sentinel_snapshots";

/** Notified when what a node should do changed; the payload is its id, `*` for every node, or empty for none. */
export const DESIRED_CHANNEL = "sentinel_desired";

/** Notified when a commit of ours reached the fleet's repository, or a person changed a rollout; the payload is empty. */
export const FLEET_CHANNEL = "sentinel_fleet";

/** Notified when a node's standing to a model changed; the payload is its id. */
export const MODEL_REPORTS_CHANNEL = "sentinel_model_reports";

/** Notified when a training job or an evaluation was queued or cancelled; the payload is its id. */
export const TRAINING_CHANNEL = "sentinel_training";
