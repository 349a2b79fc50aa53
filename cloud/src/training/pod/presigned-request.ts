import { setTimeout as delay } from "node:timers/promises";
import { cloudError } from "../../errors.ts";

const ANSWER_MS = 60_000;
/**
 * A store that is away is asked again for so long: also because a new pod's network may be let through
 * only some seconds after it began.
 */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 1_000;

/** What an answer comes to: one to use, one that will not get better, or why to ask again. */
type Verdict = { response: Response } | { refused: string } | { again: string };

/**
 * Reads what lies at a presigned address; null where nothing does.
 * @throws CodedError BLOBS_UNREACHABLE; the signal's reason where that was aborted.
 */
export async function getObject(url: string, signal: AbortSignal): Promise<Response | null> {
  const response = await ask(url, {}, signal);
  if (response.status !== 404) return response;
  await response.body?.cancel();
  return null;
}

/** Writes to a presigned address. @throws as {@link getObject}. */
export async function putObject(
  url: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const response = await ask(url, { method: "PUT", body: Buffer.from(bytes) }, signal);
  await response.body?.cancel();
  if (response.status === 404) throw unreachable(url, "there is no such bucket");
}

async function ask(url: string, options: RequestInit, signal: AbortSignal): Promise<Response> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const verdict = await tryOnce(url, options, signal);
    signal.throwIfAborted();
    if ("response" in verdict) return verdict.response;
    if ("refused" in verdict) throw unreachable(url, verdict.refused);
    if (performance.now() > until) throw unreachable(url, verdict.again);
    await delay(PAUSE_MS, undefined, { signal });
  }
}

async function tryOnce(url: string, options: RequestInit, signal: AbortSignal): Promise<Verdict> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const response = await fetch(url, { ...options, redirect: "error", signal: bounded });
    if (response.ok || response.status === 404) return { response };
    await response.body?.cancel();
    const words = `answered ${response.status}`;
    // An address that is not, or no longer, good.
    const isFinal = response.status < 500 && response.status !== 429;
    return isFinal ? { refused: words } : { again: words };
  } catch (error) {
    const { cause = error } = error as Error;
    return { again: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Names the address without what is secret in it. */
function unreachable(url: string, words: string): Error {
  const { origin, pathname } = new URL(url);
  return cloudError("BLOBS_UNREACHABLE", `${origin}${pathname}: ${words}`);
}
