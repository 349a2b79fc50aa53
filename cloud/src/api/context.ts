import type { NodeRequests } from "../camera-settings/node-requests.ts";
import type { Postgres } from "../database/postgres.ts";
import type { Reads } from "../database/tables.ts";
import type { DatasetStores } from "../dataset/build-dataset.ts";
import type { ChangeFeed } from "../live/change-feed.ts";
import type { EventFeed } from "../live/event-feed.ts";
import type { PreviewHub } from "../live/preview-hub.ts";
import type { SnapshotFeed } from "../live/snapshot-feed.ts";
import type { Doorway } from "../people/invitations.ts";
import type { AskWho } from "../people/who-asks.ts";
import type { RegistryParts } from "../registry/registry-parts.ts";
import type { RolloutParts } from "../rollout/rollout-parts.ts";
import type { MapTiles } from "./map-tiles.ts";

/** The way back to one client. */
export interface ClientOutlet {
  /** Resolves when what was sent before has mostly left, so that a slow client bounds its queue. */
  drained(signal: AbortSignal): Promise<void>;
}

/** What the procedures of the API work with. */
export interface ApiParts {
  reads: Reads;
  /** For changes, in transactions; questions go through `reads`. */
  database: Postgres;
  nodeRequests: NodeRequests;
  events: EventFeed;
  previews: PreviewHub;
  changes: ChangeFeed;
  snapshots: SnapshotFeed;
  datasets: DatasetStores;
  registry: RegistryParts;
  rollouts: RolloutParts;
  doorway: Doorway;
  mapTiles: MapTiles | null;
  version: string;
}

/** The parts, and the client that asks. */
export interface ApiContext extends ApiParts {
  outlet: ClientOutlet;
  askWho: AskWho;
}
