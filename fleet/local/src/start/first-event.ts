import { connectCloud } from "../cli/cloud-client.ts";
import type { Progress } from "./progress.ts";
import { waitFor } from "./wait-for.ts";

const PATIENCE_MS = 120_000;

/** Says when the first event of this run is in Postgres, or what to look at where none comes. */
export async function watchFirstEvent(
  { url, token }: { url: string; token: string },
  startedAt: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { api } = connectCloud({ url, token });
  const arrived = await waitFor(
    async () => (await api.events.list.query({ from: startedAt, limit: 1 })).items.length > 0,
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
