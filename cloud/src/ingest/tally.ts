import type { Logger } from "pino";
import type { Postgres } from "../database/postgres.ts";
import type { cloudErrors } from "../errors.ts";

/** What is counted. All that are not in QUIET are faults, which are also logged. */
export type Tallied =
  | "batches-committed"
  | "rows-committed"
  | "repeat"
  | "gap"
  | "too-large"
  | "bad-gzip"
  | "gzip-bomb"
  | "not-json"
  | "schema"
  | "wrong-node"
  | "unknown-epoch"
  | "seq-going-back"
  | "not-storable"
  | "unknown-topic"
  | "dead-letter-dropped"
  | "database-away"
  | "snapshot-stored"
  | "snapshot-gone"
  | "snapshot-tampered"
  | "snapshot-refused"
  | "bad-password"
  | "too-many-connections"
  | "forbidden-publish"
  | "forbidden-subscribe"
  | "packet-too-large";

const REFUSED = ["too-large", "bad-gzip", "gzip-bomb", "not-json", "schema", "wrong-node"] as const;
const SENT_AWAY = [
  "bad-password",
  "too-many-connections",
  "forbidden-publish",
  "forbidden-subscribe",
  "packet-too-large",
] as const;

/** The code of `docs/errors.md` that explains a fault to a person. */
const CODES: ReadonlyMap<Tallied, keyof typeof cloudErrors> = new Map<
  Tallied,
  keyof typeof cloudErrors
>([
  ...REFUSED.map((reason) => [reason, "MESSAGE_REFUSED"] as const),
  ...SENT_AWAY.map((reason) => [reason, "BROKER_CLIENT_REFUSED"] as const),
  ["not-storable", "MESSAGE_NOT_STORABLE"],
  ["snapshot-tampered", "SNAPSHOT_TAMPERED"],
  ["database-away", "DATABASE_UNREACHABLE"],
]);

/** Healthy runs too ask for snapshots that a better one has replaced meanwhile. */
const QUIET: readonly Tallied[] = [
  "batches-committed",
  "rows-committed",
  "snapshot-stored",
  "snapshot-gone",
];
const FLUSH_MS = 1_000;
const LOG_PERIOD_MS = 10_000;

const ADD_COUNTS = {
  name: "add-counts",
  text: `insert into ingest_counters (reason, count, last_at)
    select reason, count, $3 from unnest($1::text[], $2::bigint[]) as added (reason, count)
    order by reason
    on conflict (reason) do update
      set count = ingest_counters.count + excluded.count, last_at = excluded.last_at`,
};

/**
 * Counts what happens, and writes the counts to the database once a second. A fault that comes
 * often is one log line per reason and period, with how often it came and the newest as example.
 */
export class Tally {
  readonly #database: Postgres;
  readonly #logger: Logger;
  #unwritten = new Map<Tallied, number>();
  readonly #unlogged = new Map<Tallied, { count: number; example: object }>();
  readonly #loggedAt = new Map<Tallied, number>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: { database: Postgres; logger: Logger }) {
    this.#database = options.database;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#flushing = this.#flush();
      this.#logDue(performance.now());
    }, FLUSH_MS);
  }

  /** Writes what is left, where the database answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    this.#logDue(Number.POSITIVE_INFINITY);
    await this.#flush();
  }

  /** Counts something; `example` is what a person needs to find it (node, detail). */
  count(reason: Tallied, example: object = {}, times = 1): void {
    this.#unwritten.set(reason, (this.#unwritten.get(reason) ?? 0) + times);
    if (QUIET.includes(reason)) return;
    const count = (this.#unlogged.get(reason)?.count ?? 0) + times;
    this.#unlogged.set(reason, { count, example });
    if (!this.#loggedAt.has(reason)) this.#logDue(performance.now());
  }

  #logDue(now: number): void {
    for (const [reason, { count, example }] of this.#unlogged) {
      const last = this.#loggedAt.get(reason);
      if (last !== undefined && now - last < LOG_PERIOD_MS) continue;
      this.#unlogged.delete(reason);
      this.#loggedAt.set(reason, now);
      const code = CODES.get(reason);
      this.#logger.warn(
        { reason, ...(code === undefined ? {} : { code }), count, ...example },
        `${reason}: ${count} since the last report`,
      );
    }
  }

  async #flush(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const counts = this.#unwritten;
    this.#unwritten = new Map();
    try {
      await this.#database.query(ADD_COUNTS, [
        [...counts.keys()],
        [...counts.values()],
        Date.now(),
      ]);
    } catch {
      for (const [reason, count] of counts) {
        this.#unwritten.set(reason, (this.#unwritten.get(reason) ?? 0) + count);
      }
    }
  }
}
