import type { AppRouter } from "@sentinel/cloud/api/router";
import { createTRPCClient, httpLink } from "@trpc/client";
import type { Progress } from "./progress.ts";
import { waitFor } from "./wait-for.ts";

const PATIENCE_MS = 120_000;

/** Says when the first event of this run is in Postgres, or what to look at where none comes. */
export async function watchFirstEvent(
  url: string,
  startedAt: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  const arrived = await waitFor(
    async () => (await trpc.events.list.query({ from: startedAt, limit: 1 })).items.length > 0,
    PATIENCE_MS,
    signal,
  );
  if (signal.aborted) return;
  if (arrived) progress.say("ready: the first detection is in the database");
  else
    progress.say(
      `no detection within ${PATIENCE_MS / 1000} s; see the cameras' state at ${url}/nodes`,
    );
}
