import { setTimeout as delay } from "node:timers/promises";

/** Waits until a condition holds. @returns false where it did not within the time. */
export async function waitFor(
  holds: () => Promise<boolean>,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (const startedAt = Date.now(); Date.now() - startedAt < withinMs && !signal.aborted; ) {
    if (await holds().catch(() => false)) return true;
    await delay(250);
  }
  return false;
}
