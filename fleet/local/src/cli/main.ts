#!/usr/bin/env node
import { endProcess } from "@sentinel/edge-agent/end-process";
import { CodedError } from "@sentinel/protocol/coded-error";
import { Command, CommanderError } from "commander";
import { defaultDataDir } from "../config.ts";
import { repositoryPath, sentinelVersion } from "../start/repository.ts";
import { addStartOptions, toStartOptions } from "../start/start-options.ts";
import { addBenchCommand } from "./bench-command.ts";
import { addCamerasCommand } from "./cameras-command.ts";
import { addClusterCommand } from "./cluster-command.ts";
import { addDatasetsCommand } from "./datasets-command.ts";
import { addDetectCommand } from "./detect-command.ts";
import { addEvaluateCommand } from "./evaluate-command.ts";
import { addModelsCommand } from "./models-command.ts";
import { addNodesCommand } from "./nodes-command.ts";
import { addPeopleCommand } from "./people-command.ts";
import { addRolloutsCommand } from "./rollouts-command.ts";
import { addTrainCommand } from "./train-command.ts";
import { addTriageCommand } from "./triage-command.ts";

/** The command line of the whole project: `npx sentinel …`, and what `npm start` hands over to. */
function buildProgram(): Command {
  const program = new Command("sentinel")
    .description("AI cameras at many sites: watch, search, learn, roll out.")
    .version(sentinelVersion())
    .showHelpAfterError("(add --help for what is accepted)")
    .exitOverride();
  addStartOptions(
    program
      .command("start")
      .description("run everything on this machine: cameras, agent, cloud and dashboard"),
    defaultDataDir(repositoryPath(".")),
  ).action(async (parsed: Record<string, unknown>) => {
    // Loaded only here: other commands need no database and no browser.
    const { runStart } = await import("../start/start-command.ts");
    await runStart(toStartOptions(parsed));
  });
  addDetectCommand(program);
  addCamerasCommand(program);
  addTriageCommand(program);
  addDatasetsCommand(program);
  addEvaluateCommand(program);
  addTrainCommand(program);
  addModelsCommand(program);
  addRolloutsCommand(program);
  addNodesCommand(program);
  addPeopleCommand(program);
  addBenchCommand(program);
  addClusterCommand(program);
  return program;
}

/** Exit code of a fault: 2 where the person's input was wrong, 1 otherwise. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof CodedError && /^(CONFIG|INPUT)_/.test(error.code) ? 2 : 1;
}

/** A coded fault is for the person; anything else is a defect and shows where it came from. */
function textOf(error: unknown): string {
  if (error instanceof CodedError) return `${error.code}: ${error.message}`;
  return String(error instanceof Error ? error.stack : error);
}

// Whoever read the output is gone (`| head`): nothing more is wanted, which a start is told politely.
process.stdout.on("error", () => {
  if (!process.emit("SIGTERM", "SIGTERM")) endProcess(0);
});
process.stderr.on("error", () => undefined);

try {
  await buildProgram().parseAsync();
} catch (error) {
  // What commander refuses, or shows for --help, it has already written.
  if (!(error instanceof CommanderError)) process.stderr.write(`sentinel: ${textOf(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
