import { setTimeout as delay } from "node:timers/promises";

/** Looks again until the condition holds. @throws after `withinMs`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`did not happen within ${withinMs} ms`);
    await delay(25);
  }
}
