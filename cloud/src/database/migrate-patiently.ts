import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { migrate } from "./migrate.ts";

/** How long a start waits for a database that does not answer yet. */
const DATABASE_WAIT_MS = 30_000;

/** Applies the migrations that are new, waiting for the database. @returns their names. @throws CodedError. */
export async function migratePatiently(url: string, logger: Logger): Promise<string[]> {
  const deadline = performance.now() + DATABASE_WAIT_MS;
  for (;;) {
    try {
      return await migrate(url);
    } catch (error) {
      const away = (error as { code?: unknown }).code === "DATABASE_UNREACHABLE";
      if (!away || performance.now() > deadline) throw error;
      logger.info({ err: error }, "waiting for the database");
      await delay(500);
    }
  }
}
