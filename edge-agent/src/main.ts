#!/usr/bin/env node
import { parseArgs } from "node:util";
import { CodedError } from "@sentinel/protocol/coded-error";
import { Agent } from "./agent.ts";
import { type LoadedAgentConfig, loadAgentConfig } from "./config.ts";
import { endProcess } from "./end-process.ts";
import { edgeErrors } from "./errors.ts";
import { openLog } from "./log.ts";

const USAGE = `Usage: main.ts --config FILE [--check-config]

  --config FILE    the agent's configuration (YAML)
  --check-config   only check the configuration: exit code 0 where it is good, 2 where it is not
  --help           show this
`;

/** A stop that takes longer than this is ended by force. */
const STOP_DEADLINE_MS = 9000;

/** Whoever started the agent is told its totals this often: one that is killed tells nothing more. */
const TOTALS_MS = 1000;

const EXIT_FAILED = 1;
const EXIT_MISUSED = 2;
/** It should be started anew (EX_TEMPFAIL of sysexits.h). */
const EXIT_AGAIN = 75;
const EXIT_INTERRUPTED = 130;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: "string" },
        "check-config": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n${USAGE}`, EXIT_MISUSED);
  }
}

function readConfig(path: string): LoadedAgentConfig {
  try {
    return loadAgentConfig(path);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return fail(`${error.code}\n${error.message}`, EXIT_MISUSED);
  }
}

function fail(message: string, exitCode: number): never {
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exit(exitCode);
}

/** Tells the process that started this one, where there is one that still listens. */
async function tellParent(message: object): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

async function run(config: LoadedAgentConfig): Promise<void> {
  const log = openLog(config.nodeId, config.logLevel);
  const tell = (fault: CodedError) => {
    const { action } = edgeErrors[fault.code as keyof typeof edgeErrors];
    log.fatal({ code: fault.code }, `${fault.message}. ${action}`);
  };
  const agent = new Agent(config, log, (fault) => {
    tell(fault);
    void stop(fault.code, EXIT_AGAIN);
  });
  let stopping: Promise<void> | null = null;
  const stop = (why: string, exitCode: number) => {
    stopping ??= (async () => {
      log.info({ why }, "stopping");
      setTimeout(() => {
        log.error("some part did not stop in time");
        endProcess(EXIT_FAILED);
      }, STOP_DEADLINE_MS);
      await agent.stop();
      await tellParent({ type: "totals", ...agent.totals });
      endProcess(exitCode);
    })();
    return stopping;
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping !== null) endProcess(EXIT_INTERRUPTED);
      void stop(signal, 0);
    });
  }
  // The parent that started it over an IPC channel is gone: nobody would stop it otherwise.
  process.on("disconnect", () => void stop("the parent is gone", 0));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "a defect: the agent ends");
    endProcess(EXIT_FAILED);
  });
  try {
    await agent.start();
    await tellParent({ type: "ready" });
    setInterval(() => void tellParent({ type: "totals", ...agent.totals }), TOTALS_MS);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (stopping !== null) return;
    tell(error);
    await stop(error.code, EXIT_FAILED);
  }
}

const values = readArguments();
if (values.help) {
  process.stdout.write(USAGE);
} else if (values.config === undefined) {
  fail(`--config is missing\n${USAGE}`, EXIT_MISUSED);
} else {
  const config = readConfig(values.config);
  if (values["check-config"]) process.stdout.write(`${values.config}: the configuration is good\n`);
  else await run(config);
}
