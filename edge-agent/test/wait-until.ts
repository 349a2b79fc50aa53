import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds; fails with its name when it never does. */
export async function waitUntil(
  what: string,
  holds: () => boolean,
  deadlineMs = 20_000,
): Promise<void> {
  const endAt = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > endAt) throw new Error(`never came true: ${what}`);
    await sleep(20);
  }
}
