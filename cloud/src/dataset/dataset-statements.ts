import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Statement } from "../database/postgres.ts";

/** One change of versions and golden sets at a time, to the end of the transaction. */
export const LOCK_DATASETS: Statement = {
  name: "lock-datasets",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-datasets'))",
};

/** Tells whoever looks at datasets that there is something new. */
export const TELL_DATASETS: Statement = {
  name: "tell-datasets",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'datasets')`,
};
