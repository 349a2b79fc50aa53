import { setTimeout as delay } from "node:timers/promises";
import { FileLock } from "@sentinel/edge-agent/outbox/file-lock";

const LOOK_AGAIN_MS = 200;

/** Does work that one process at a time may do; others wait for their turn. */
export async function oneAtATime<Result>(
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = new FileLock(file);
  while (!lock.acquire(0)) await delay(LOOK_AGAIN_MS);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
