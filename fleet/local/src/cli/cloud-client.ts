import type { AppRouter } from "@sentinel/cloud/api/router";
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import type { Command } from "commander";
import { z } from "zod";
import { defaultDataDir } from "../config.ts";
import { localError } from "../errors.ts";
import { readCliFile } from "../start/cli-file.ts";
import { repositoryPath } from "../start/repository.ts";

/** Which cloud to ask, and as whom. */
export interface CloudOptions {
  url?: string;
  token?: string | undefined;
  dataDir?: string;
}

/** Adds the options that {@link connectCloud} takes. */
export function addCloudOptions(command: Command): Command {
  return command
    .option("--url <url>", "the cloud's address (or SENTINEL_URL)")
    .option("--token <token>", "an API token (or SENTINEL_TOKEN)")
    .option("--data-dir <folder>", "the data directory of a cloud on this machine");
}

/**
 * Connects to the cloud that is named by options, by the environment, or by `cli.json` of a data
 * directory, in this order.
 * @throws CodedError CLOUD_UNKNOWN where none of them names one.
 */
export function connectCloud(options: CloudOptions): { api: TRPCClient<AppRouter>; close(): void } {
  const local = readCliFile(options.dataDir ?? defaultDataDir(repositoryPath(".")));
  const url = options.url ?? process.env.SENTINEL_URL ?? local?.url;
  if (url === undefined) {
    throw localError(
      "CLOUD_UNKNOWN",
      "give --url, set SENTINEL_URL, or start a cloud here: npm start",
    );
  }
  // A token goes only to the cloud that it is for.
  const token =
    options.token ?? process.env.SENTINEL_TOKEN ?? (url === local?.url ? local.token : undefined);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const api = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, headers })],
  });
  return { api, close: () => undefined };
}

/** What the cloud answered, or that it did not, as a fault for the person; anything else as it is. */
export function cloudFault(error: unknown): unknown {
  if (!(error instanceof TRPCClientError)) return error;
  const answered = error.data !== undefined && error.data !== null;
  return answered
    ? localError("CLOUD_REFUSED", toldMessage(error.message), error)
    : localError("CLOUD_UNREACHABLE", error.message, error);
}

/** Faults of an input come as a JSON list; the person wants the words. */
function toldMessage(message: string): string {
  const issues = z
    .array(z.object({ path: z.array(z.union([z.string(), z.number()])), message: z.string() }))
    .safeParse(parsed(message));
  if (!issues.success) return message;
  return issues.data.map(({ path, message: words }) => `${path.join(".")}: ${words}`).join("\n");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
