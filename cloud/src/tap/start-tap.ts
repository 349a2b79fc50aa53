import type { Logger } from "pino";
import { EVENT_LOG_CHANNEL } from "../database/channels.ts";
import type { Postgres } from "../database/postgres.ts";
import { PostgresListener } from "../database/postgres-listener.ts";
import { EventTap, TAP_TOPIC } from "./event-tap.ts";
import { StreamProducer } from "./stream-producer.ts";

interface TapParts {
  database: Postgres;
  databaseUrl: string;
  logger: Logger;
}

/** Hands every committed event row to the brokers' topic `events.detections`. */
export async function startTap(
  { database, databaseUrl, logger }: TapParts,
  brokers: readonly string[],
): Promise<{ stop: () => Promise<void> }> {
  const producer = new StreamProducer(TAP_TOPIC, brokers);
  const tap = new EventTap({ database, send: (messages) => producer.send(messages), logger });
  const listener = new PostgresListener({ url: databaseUrl, logger });
  listener.on(EVENT_LOG_CHANNEL, () => tap.notify());
  tap.start();
  await listener.start();
  return {
    stop: async () => {
      await listener.stop();
      await tap.stop();
      await producer.stop();
    },
  };
}
