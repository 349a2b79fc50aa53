import type { Command } from "commander";
import { addCloudOptions, type CloudOptions, cloudFault, connectCloud } from "./cloud-client.ts";

/** The typed connection that commands work with. */
export type CloudApi = ReturnType<typeof connectCloud>["api"];
/** Options of every command that asks the cloud. */
export type CloudCommandOptions = CloudOptions & { json?: boolean };

/** Adds the options of a command that asks the cloud: where, as whom, and `--json`. */
export function cloudCommand(command: Command): Command {
  return addCloudOptions(command).option("--json", "one JSON value on stdout");
}

/** Runs a command's work with a connection that is closed after it; faults come as the person needs them. */
export function askingCloud<Args extends string[], Flags = unknown>(
  work: (api: CloudApi, options: CloudCommandOptions & Flags, ...args: Args) => Promise<void>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const options = given.at(-2) as CloudCommandOptions & Flags;
    const { api, close } = connectCloud(options);
    try {
      await work(api, options, ...(given.slice(0, -2) as Args));
    } catch (error) {
      throw cloudFault(error);
    } finally {
      close();
    }
  };
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}
