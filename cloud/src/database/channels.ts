/** Notified in every transaction that adds to the event log; the payload is empty. */
export const EVENT_LOG_CHANNEL = "sentinel_event_log";

/** Notified when nodes or cameras changed; the payload is `nodes` or `cameras`. */
export const CHANGES_CHANNEL = "sentinel_changes";
