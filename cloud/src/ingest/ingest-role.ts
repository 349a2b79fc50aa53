import { everyNodeFilter } from "@sentinel/protocol/topics";
import type { Logger } from "pino";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres } from "../database/postgres.ts";
import { type LinkCredential, MqttLink, type Subscription } from "../mqtt/mqtt-link.ts";
import { SnapshotCollector } from "../snapshots/snapshot-collector.ts";
import { StatusIntake } from "../status/status-intake.ts";
import { startTap } from "../tap/start-tap.ts";
import type { SendToNode } from "./acknowledge.ts";
import { DeadLetters } from "./dead-letters.ts";
import { Ingest } from "./ingest.ts";
import type { Tally } from "./tally.ts";

/** What the role ingest works with. */
export interface IngestParts {
  database: Postgres;
  /** The bucket of snapshots. */
  blobs: BlobStore;
  tally: Tally;
  credential: LinkCredential;
  /** Processes of one group share what nodes send; without one each hears everything. */
  shareGroup: string | null;
  /** Kafka brokers to which committed rows are handed; null hands them to none. */
  tapBrokers: readonly string[] | null;
  /** The listener of the tap has a connection of its own. */
  databaseUrl: string;
  logger: Logger;
}

/**
 * Role ingest: takes what nodes send. Events come over a connection of their own, so that what waits
 * for the database stops nothing else. Of a share group each message reaches one process only; what a
 * node says of itself and its replies reach all, because the broker keeps the former for those who
 * come later (shared subscriptions get none of that) and the latter are for who asked.
 */
export async function startIngestRole(
  parts: IngestParts,
): Promise<{ links: MqttLink[]; stop: () => Promise<void> }> {
  const { database, blobs, tally, credential, shareGroup, logger } = parts;
  const deadLetters = new DeadLetters({ database, tally });
  deadLetters.start();
  const send: SendToNode = (topic, payload, qos) => nodes.publish(topic, payload, qos);
  const snapshots = new SnapshotCollector({ database, blobs, send, tally, logger });
  snapshots.start();
  const status = new StatusIntake({
    database,
    deadLetters,
    tally,
    onOnline: (nodeId) => snapshots.onOnline(nodeId),
    onReply: (nodeId, reply) => snapshots.onReply(nodeId, reply),
  });
  const ingest = new Ingest({
    database,
    deadLetters,
    tally,
    send,
    isShared: shareGroup !== null,
    onSnapshots: (nodeId, sha256s) => snapshots.onCommitted(nodeId, sha256s),
  });
  const shared = (suffix: "events" | "telemetry", qos: 0 | 1): Subscription => {
    const filter = everyNodeFilter(suffix);
    return { filter: shareGroup === null ? filter : `$share/${shareGroup}/${filter}`, qos };
  };
  const nodes: MqttLink = new MqttLink({
    name: "nodes",
    credential,
    subscriptions: [
      { filter: everyNodeFilter("status"), qos: 1 },
      { filter: everyNodeFilter("replies"), qos: 1 },
      shared("telemetry", 0),
    ],
    onMessage: (topic, payload) => status.take(topic, payload),
    logger,
  });
  const events = new MqttLink({
    name: "events",
    credential,
    subscriptions: [shared("events", 1)],
    onMessage: (topic, payload, gone) => ingest.take(topic, payload, gone),
    logger,
  });
  nodes.start();
  events.start();
  const tap = parts.tapBrokers === null ? null : await startTap(parts, parts.tapBrokers);
  return {
    links: [nodes, events],
    stop: async () => {
      await tap?.stop();
      await events.stop();
      await nodes.stop();
      await status.stop();
      snapshots.stop();
      await deadLetters.stop();
    },
  };
}
