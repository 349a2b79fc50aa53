/** Runs an embedded PostgreSQL for a test until it is told to stop, or killed. Argument: data directory. */
import { CodedError } from "@sentinel/protocol/coded-error";
import { EmbeddedPostgres } from "../src/postgres/embedded-postgres.ts";

const postgres = new EmbeddedPostgres({ dataDir: process.argv[2] ?? "" });
try {
  const { url } = await postgres.start();
  console.log(JSON.stringify({ url, pid: postgres.pid }));
  const alive = setInterval(() => undefined, 1000);
  process.once("SIGTERM", async () => {
    clearInterval(alive);
    await postgres.stop();
  });
} catch (error) {
  console.error(error instanceof CodedError ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
}
