import { fileURLToPath } from "node:url";
import pg from "pg";
import Postgrator from "postgrator";
import { cloudError } from "../errors.ts";

/** Any number that nobody else takes as advisory lock: "sentinel" in ASCII, 0x73656e74696e656c. */
const LOCK = "8315173733273593196";

/** `[` and friends mean something in the glob that postgrator is given. */
const folder = fileURLToPath(new URL("./migrations", import.meta.url)).replace(
  /[\\?*()[\]{}!+@]/g,
  "\\$&",
);

/**
 * Brings the database to the newest schema. All of it is one transaction under an advisory lock,
 * because postgrator itself commits a script and its record separately and takes no lock: so two
 * starters wait for each other, and a failure changes nothing.
 * @returns the names of the migrations that were applied now.
 * @throws CodedError DATABASE_UNREACHABLE, DATABASE_NEWER or MIGRATION_FAILED.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A lost connection also rejects the running query; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw cloudError("DATABASE_UNREACHABLE", messageOf(error), error);
  }
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
    const applied = await runPostgrator(client);
    await client.query("commit");
    return applied;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    if (error instanceof Error && error.name === "CodedError") throw error;
    throw cloudError("MIGRATION_FAILED", messageOf(error), error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function runPostgrator(client: pg.Client): Promise<string[]> {
  const postgrator = new Postgrator({
    driver: "pg",
    migrationPattern: `${folder}/*.sql`,
    schemaTable: "schema_version",
    newline: "LF",
    execQuery: (query) => client.query(query),
  });
  const migrations = await postgrator.getMigrations();
  const newest = Math.max(0, ...migrations.map((migration) => migration.version));
  const present = await postgrator.getDatabaseVersion();
  // Given an older target, postgrator would look for ways back.
  if (present > newest) {
    throw cloudError(
      "DATABASE_NEWER",
      `the database is at version ${present}, this cloud knows up to ${newest}`,
    );
  }
  const applied = await postgrator.migrate();
  return applied.map((migration) => `${migration.version} ${migration.name}`);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
