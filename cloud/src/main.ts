#!/usr/bin/env node
import { parseArgs } from "node:util";
import { CodedError } from "@sentinel/protocol/coded-error";
import { pino } from "pino";
import { Cloud } from "./cloud.ts";
import { type CloudConfig, loadConfig } from "./config.ts";

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

function readConfig(): CloudConfig {
  try {
    const { values } = parseArgs({ options: { "check-config": { type: "boolean" } } });
    const config = loadConfig();
    if (values["check-config"] === true) process.exit(0);
    return config;
  } catch (error) {
    return fail(error instanceof CodedError ? error : (error as Error).message, 2);
  }
}

const config = readConfig();
const logger = pino(
  { level: config.logLevel, base: { service: "cloud" }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination(2),
);
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
