import { createPublicKey, type KeyObject } from "node:crypto";
import { type Envelope, keyIdOf, signDocument } from "@sentinel/protocol/signed-document";
import { type Statement as Signed, statementSchema } from "@sentinel/protocol/statement";
import { DESIRED_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { latestRollouts, readChannels } from "./rollout-row.ts";
import { isSameJson } from "./same-json.ts";
import { type CohortWish, wishesOf } from "./standing.ts";

/** How long a statement holds; a new one is issued when half of it is over. */
const HOLDS_MS = 30 * 86_400_000;

const NEWEST: Statement = {
  name: "newest-statements",
  text: `select distinct on (cohort) envelope from statements order by cohort, counter desc`,
};
const REVOKED: Statement = {
  name: "revoked-models",
  text: "select digest from model_versions where state = 'revoked' order by revoked_at desc limit 1000",
};
/** Never below the seconds since the Unix epoch, so that it also grows over databases: decision 0018. */
const COUNTER: Statement = {
  name: "next-statement-counter",
  text: `select setval('statement_counter',
    greatest(nextval('statement_counter'), $1::bigint)) as counter`,
};
const INSERT: Statement = {
  name: "insert-statement",
  text: `insert into statements (counter, cohort, digest, envelope, commit_id, expires_at, made_at)
    values ($1, $2, $3, $4, $5, $6, $7)`,
};
const LOCK: Statement = {
  name: "lock-statements",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-statements'))",
};
const TELL: Statement = {
  name: "tell-desired",
  text: `select pg_notify('${DESIRED_CHANNEL}', '*')`,
};

/** Newest statement of each cohort, with its signature. */
export async function newestStatements(
  sql: Sql,
): Promise<{ envelope: Envelope; statement: Signed }[]> {
  const rows = await sql.query<{ envelope: Envelope }>(NEWEST, []);
  return rows.flatMap(({ envelope }) => {
    const statement = statementSchema.safeParse(envelope.signed);
    return statement.success ? [{ envelope, statement: statement.data }] : [];
  });
}

/** Signs what each cohort should run, wherever that changed or the last statement is half over. */
export class StatementIssuer {
  readonly #database: Postgres;
  readonly #key: KeyObject;
  readonly #keyId: string;

  constructor(options: { database: Postgres; key: KeyObject }) {
    this.#database = options.database;
    this.#key = options.key;
    this.#keyId = keyIdOf(createPublicKey(options.key));
  }

  /** @returns the cohorts that got a new statement. */
  async issue(now: number): Promise<string[]> {
    return await this.#database.transaction(async (sql) => {
      await sql.query(LOCK, []);
      const newest = new Map(
        (await newestStatements(sql)).map((entry) => [entry.statement.cohort, entry]),
      );
      const inRegistry = await sql.query<{ digest: string }>(REVOKED, []);
      const latest = await latestRollouts(sql);
      const issued: string[] = [];
      for (const channel of await readChannels(sql)) {
        const digests = [...channel.file.revoked, ...inRegistry.map(({ digest }) => digest)];
        const revoked = [...new Set(digests)].sort().slice(0, 1000);
        for (const wish of wishesOf(channel, latest.get(channel.channel) ?? null)) {
          // A model that is revoked is never named; its nodes keep the last statement.
          if (wish.digest === null || revoked.includes(wish.digest)) continue;
          const last = newest.get(wish.cohort);
          if (last !== undefined && this.#holds(last, wish, revoked, now)) continue;
          await this.#insert(sql, { ...wish, digest: wish.digest }, revoked, now);
          issued.push(wish.cohort);
        }
      }
      if (issued.length > 0) await sql.query(TELL, []);
      return issued;
    });
  }

  #holds(
    { envelope, statement }: { envelope: Envelope; statement: Signed },
    wish: CohortWish,
    revoked: readonly string[],
    now: number,
  ): boolean {
    const { labels, exceptLabels, digest } = statement;
    return (
      envelope.signatures.some(({ keyid }) => keyid === this.#keyId) &&
      digest === wish.digest &&
      now < statement.issuedAt + (statement.expiresAt - statement.issuedAt) / 2 &&
      isSameJson(
        [labels, exceptLabels, statement.revoked],
        [wish.labels, wish.exceptLabels, revoked],
      )
    );
  }

  async #insert(
    sql: Sql,
    wish: CohortWish & { digest: string },
    revoked: string[],
    now: number,
  ): Promise<void> {
    const [row] = await sql.query<{ counter: number }>(COUNTER, [Math.floor(now / 1000)]);
    if (row === undefined) throw new Error("no counter");
    const { cohort, labels, exceptLabels, channel, digest, commit } = wish;
    const statement: Signed = {
      _type: "statement",
      counter: row.counter,
      cohort,
      labels,
      exceptLabels,
      channel,
      digest,
      commit,
      reason: wish.reason.slice(0, 500),
      issuedAt: now,
      expiresAt: now + HOLDS_MS,
      revoked,
    };
    const envelope = signDocument(statementSchema.parse(statement), this.#key);
    const json = JSON.stringify(envelope);
    await sql.query(INSERT, [row.counter, cohort, digest, json, commit, now + HOLDS_MS, now]);
  }
}
