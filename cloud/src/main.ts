#!/usr/bin/env node
import { parseArgs } from "node:util";
import { CodedError } from "@sentinel/protocol/coded-error";
import { pino } from "pino";
import { type CloudConfig, loadConfig, loadDatabaseConfig } from "./config.ts";
import { migratePatiently } from "./database/migrate-patiently.ts";

/** How long a polite stop may take, over all parts. */
const STOP_DEADLINE_MS = 8_000;

/** Ends the process with a line that says what is wrong. */
function fail(error: unknown, exitCode: number): never {
  const text =
    error instanceof CodedError
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

const USAGE = `Usage: main.ts [--check-config | --migrate]

  Settings come from the environment; cloud/README.md lists them.

  --check-config   only check the settings: exit code 0 where they are good, 2 where they are not
  --migrate        only bring the database's schema up to date; needs DATABASE_URL alone
  --help           show this
`;

/** What the process is to do. */
type Task =
  | { kind: "run"; config: CloudConfig }
  | { kind: "migrate"; config: Pick<CloudConfig, "databaseUrl" | "logLevel"> };

function readTask(): Task {
  try {
    const { values } = parseArgs({
      options: {
        "check-config": { type: "boolean" },
        migrate: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const task: Task =
      values.migrate === true
        ? { kind: "migrate", config: loadDatabaseConfig() }
        : { kind: "run", config: loadConfig() };
    if (values["check-config"] === true) process.exit(0);
    return task;
  } catch (error) {
    return fail(error instanceof CodedError ? error : (error as Error).message, 2);
  }
}

const { kind, config } = readTask();
const logger = pino(
  { level: config.logLevel, base: { service: "cloud" }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination(2),
);
if (kind === "migrate") {
  const applied = await migratePatiently(config.databaseUrl, logger).catch((error) =>
    fail(error, 1),
  );
  logger.info({ applied }, "the schema is up to date");
  process.exit(0);
}
// Loaded only here: checking settings needs none of it.
const { Cloud } = await import("./cloud.ts");
const cloud = new Cloud(config, logger);

let stopping = false;
/** The first call is polite, the second one final. */
function stop(reason: string): void {
  if (stopping) process.exit(1);
  stopping = true;
  logger.info({ reason }, "stopping");
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  void cloud.stop().then(() => process.exit(0));
}
process.on("SIGINT", () => stop("SIGINT"));
process.on("SIGTERM", () => stop("SIGTERM"));
// Whoever started this process died.
process.on("disconnect", () => stop("parent gone"));

try {
  const address = await cloud.start();
  logger.info(address, "ready");
  process.send?.({ type: "ready", ...address });
} catch (error) {
  fail(error, error instanceof CodedError && error.code === "CLOUD_CONFIG_INVALID" ? 2 : 1);
}
