import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import type { Reads, Tables } from "./tables.ts";

/** One SQL statement with a name, so that each connection plans it once. */
export interface Statement {
  name: string;
  text: string;
}

/** Where statements run: the pool, or one transaction. */
export interface Sql {
  /** @throws the driver's error, see {@link isContentRefused}. */
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/**
 * How long one statement, and one transaction between two statements, may take. A transaction that
 * took row ids is over within their sum, which the live feed relies on.
 */
export const STATEMENT_TIMEOUT_MS = 10_000;
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;

/** int8 comes as a string by default; every bigint of ours is a safe integer by schema. */
const INT8_OID = 20;
const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === INT8_OID) return Number;
    return format === "binary"
      ? pg.types.getTypeParser(oid, "binary")
      : pg.types.getTypeParser(oid, "text");
  },
};

/** The connections to PostgreSQL. It may go away and come back at any time: calls fail, it lives. */
export class Postgres implements Sql {
  readonly #pool: pg.Pool;
  readonly reads: Reads;

  constructor(options: { url: string; logger: Logger; connections?: number }) {
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.connections ?? 10,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      types,
      application_name: "sentinel-cloud",
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    });
    // Without a listener a lost idle connection would end the process.
    this.#pool.on("error", (error) => options.logger.debug({ err: error }, "connection lost"));
    this.reads = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: this.#pool }) });
  }

  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const result = await this.#pool.query({ ...statement, values: [...values] });
    return result.rows as Row[];
  }

  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. The
   * outcome of a commit whose answer got lost is unknown; the caller must be able to repeat it.
   */
  async transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on("error", onError);
    try {
      await client.query("begin");
      const result = await work({
        query: async <Row>(statement: Statement, values: readonly unknown[]) =>
          (await client.query({ ...statement, values: [...values] })).rows as Row[],
      });
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  /** @throws where PostgreSQL does not answer within a few seconds. */
  async ping(): Promise<void> {
    await this.#pool.query("select 1");
  }

  async stop(): Promise<void> {
    await this.#pool.end();
  }
}

/**
 * True where PostgreSQL refused the values themselves (SQLSTATE classes 22, data exception, and 23,
 * integrity constraint violation: postgresql.org/docs/current/errcodes-appendix.html), so that
 * trying again can never help. Everything else (connection, resources, locks) may pass.
 */
export function isContentRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? "");
}
