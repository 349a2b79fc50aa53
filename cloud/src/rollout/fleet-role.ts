import type { Logger } from "pino";
import type { BlobStore } from "../blobs/blob-store.ts";
import { DESIRED_CHANNEL, FLEET_CHANNEL, MODEL_REPORTS_CHANNEL } from "../database/channels.ts";
import type { Postgres } from "../database/postgres.ts";
import { PostgresListener } from "../database/postgres-listener.ts";
import { type LinkCredential, MqttLink } from "../mqtt/mqtt-link.ts";
import { loadSigningKey } from "../signing/signing-key.ts";
import { DesiredPublisher } from "./desired-publisher.ts";
import type { FleetRepo } from "./fleet-repo.ts";
import { FleetSync } from "./fleet-sync.ts";
import { ModelOffers } from "./model-offers.ts";
import { RolloutRunner } from "./rollout-runner.ts";
import { StatementIssuer } from "./statements.ts";

/** How often Git and the field are looked at. */
const PERIOD_MS = 2_000;

/** What the role fleet works with. */
export interface FleetParts {
  database: Postgres;
  /** The listener has a connection of its own. */
  databaseUrl: string;
  repo: FleetRepo;
  signingKeyFile: string;
  credential: LinkCredential;
  /** The bucket of models. */
  blobs: Pick<BlobStore, "presignGet">;
  logger: Logger;
}

/**
 * Role fleet: reads Git, carries rollouts on, signs statements, and keeps every node's desired state
 * at the broker. @throws CodedError SIGNING_KEY_UNREADABLE.
 */
export async function startFleetRole(
  parts: FleetParts,
): Promise<{ link: MqttLink; stop: () => Promise<void> }> {
  const { database, repo, logger, blobs } = parts;
  const key = await loadSigningKey(parts.signingKeyFile);
  const sync = new FleetSync({ database, repo, logger });
  const runner = new RolloutRunner({ database, repo, logger });
  const issuer = new StatementIssuer({ database, key });
  const link = new MqttLink({
    name: "fleet",
    credential: parts.credential,
    subscriptions: [],
    onMessage: async () => {},
    onUp: () => publisher.onUp(),
    logger,
  });
  const send = (topic: string, payload: string) => link.publish(topic, payload, 1);
  const publish = (topic: string, payload: string) => link.publish(topic, payload, 1, true);
  const publisher: DesiredPublisher = new DesiredPublisher({ database, publish, logger });
  const offers = new ModelOffers({ database, blobs, send, logger });

  const stopped = new AbortController();
  let wake: () => void = () => {};
  const look = async () => {
    const now = Date.now();
    for (const step of [
      () => sync.look(now),
      () => runner.look(now),
      () => issuer.issue(now),
      () => offers.look(null, now),
    ]) {
      if (stopped.signal.aborted) return;
      await step().catch((error: unknown) => {
        if (!stopped.signal.aborted)
          logger.warn({ err: error }, "the fleet could not be looked at");
      });
    }
  };
  const listener = new PostgresListener({ url: parts.databaseUrl, logger });
  listener.on(FLEET_CHANNEL, () => wake());
  listener.on(DESIRED_CHANNEL, (payload) => {
    publisher.changed(payload);
    // It may have come online, and what it was sent over its last connection may have got lost.
    if (payload !== null) offers.forget(payload);
  });
  listener.on(MODEL_REPORTS_CHANNEL, (payload) => {
    void offers.look(payload, Date.now());
    wake();
  });
  await sync.start();
  await listener.start();
  link.start();
  const working = (async () => {
    while (!stopped.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await look();
      const timer = setTimeout(resolve, PERIOD_MS);
      await promise;
      clearTimeout(timer);
    }
  })();
  return {
    link,
    stop: async () => {
      stopped.abort();
      wake();
      await listener.stop();
      await Promise.all([working, publisher.stop(), offers.stop()]);
      await link.stop();
    },
  };
}
