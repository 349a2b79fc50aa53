import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import type { Dependency } from "./api/health.ts";
import { HttpServer, type HttpServerOptions, type ServedApi } from "./api/http-server.ts";
import { readMapTiles } from "./api/map-tiles.ts";
import { MinioBlobStore } from "./blobs/minio-blob-store.ts";
import { EmbeddedBroker } from "./broker/embedded-broker.ts";
import { NodeRequests } from "./camera-settings/node-requests.ts";
import type { CloudConfig } from "./config.ts";
import { CHANGES_CHANNEL, EVENT_LOG_CHANNEL, SNAPSHOTS_CHANNEL } from "./database/channels.ts";
import { migratePatiently } from "./database/migrate-patiently.ts";
import { Postgres } from "./database/postgres.ts";
import { PostgresListener } from "./database/postgres-listener.ts";
import { DATASET_BUCKET } from "./dataset/build-dataset.ts";
import { startIngestRole } from "./ingest/ingest-role.ts";
import { Tally } from "./ingest/tally.ts";
import { ChangeFeed } from "./live/change-feed.ts";
import { EventFeed } from "./live/event-feed.ts";
import { PreviewHub } from "./live/preview-hub.ts";
import { previewLine, takePreview } from "./live/preview-line.ts";
import { SnapshotFeed } from "./live/snapshot-feed.ts";
import { type LinkCredential, MqttLink } from "./mqtt/mqtt-link.ts";
import type { Doorway } from "./people/invitations.ts";
import { openPeople, type PeopleParts } from "./people/open-people.ts";
import { loadGatePolicy } from "./registry/gate-file.ts";
import { evaluationRecorder } from "./registry/record-evaluation.ts";
import { registerCandidate } from "./registry/register-candidate.ts";
import type { RegistryParts } from "./registry/registry-parts.ts";
import { FleetRepo } from "./rollout/fleet-repo.ts";
import { startFleetRole } from "./rollout/fleet-role.ts";
import { loadSigningKey } from "./signing/signing-key.ts";
import { markSnapshotLost } from "./snapshots/awaited-snapshots.ts";
import { SNAPSHOT_BUCKET } from "./snapshots/snapshot-key.ts";
import { forgetWhoIsOnline } from "./status/store-status.ts";
import { placeOfJobs } from "./training/cluster/place-of-jobs.ts";
import { buildLoopVersion } from "./training/jobs/build-loop-version.ts";
import { startTrainerRole } from "./training/trainer-role.ts";
import { TriageItemMaker } from "./triage/item-maker.ts";

/** Where a started cloud can be reached; `mqttPort` is null where the broker runs elsewhere. */
export interface CloudAddress {
  httpPort: number;
  mqttPort: number | null;
}

/** How long a part may take to stop before the next one is stopped. */
const STOP_DEADLINE_MS = 3_000;

interface Part {
  name: string;
  stop: () => Promise<void> | void;
}

/**
 * The cloud: database, blobs, broker, then what each role needs, then the HTTP server. Stopped in
 * reverse.
 */
export class Cloud {
  readonly #config: CloudConfig;
  readonly #logger: Logger;
  readonly #parts: Part[] = [];
  readonly #dependencies: Dependency[] = [];
  readonly #links: MqttLink[] = [];

  constructor(config: CloudConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** @throws CodedError; what was started by then is stopped again. */
  async start(): Promise<CloudAddress> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops every part in reverse order, each within a deadline. */
  async stop(): Promise<void> {
    for (const { name, stop } of this.#parts.splice(0).reverse()) {
      const stopped = (async () => stop())().then(
        () => true,
        (error: unknown) => this.#logger.warn({ err: error, part: name }, "part stopped badly"),
      );
      const inTime = await Promise.race([stopped, delay(STOP_DEADLINE_MS, false, { ref: false })]);
      if (inTime === false) this.#logger.warn({ part: name }, "part did not stop in time");
    }
  }

  async #start(): Promise<CloudAddress> {
    const config = this.#config;
    const logger = this.#logger;
    const postgres = await this.#startDatabase();
    const blobs = await this.#startBucket(SNAPSHOT_BUCKET);
    this.#dependencies.push({ name: "blobs", fault: () => blobs.fault() });
    const tally = new Tally({ database: postgres, logger });
    await this.#add("tally", tally);

    const { credential, mqttPort } = await this.#startBroker(postgres, tally);
    const brokerFault = async () => this.#links.map(({ fault }) => fault).find(Boolean) ?? null;
    this.#dependencies.push({ name: "broker", fault: brokerFault });
    if (config.roles.includes("ingest")) {
      await this.#startIngest(postgres, blobs, tally, credential);
    }
    if (config.roles.includes("trainer")) await this.#startTrainer(postgres);
    const repo = this.#openFleetRepo();
    if (config.roles.includes("fleet") && repo !== null) {
      await this.#startFleet(postgres, repo, credential);
    }
    const served = await this.#serve(postgres, blobs, tally, credential, repo);
    const server = new HttpServer({
      host: config.httpHost,
      port: config.httpPort,
      allowedHosts: config.allowedHosts,
      trustedProxies: config.trustedProxies,
      dependencies: this.#dependencies,
      ...served,
      logger,
    });
    this.#parts.push({ name: "http", stop: () => server.stop() });
    return { httpPort: await server.start(), mqttPort };
  }

  async #startDatabase(): Promise<Postgres> {
    const url = this.#config.databaseUrl;
    const applied = await migratePatiently(url, this.#logger);
    if (applied.length > 0) this.#logger.info({ applied }, "database migrated");
    const postgres = new Postgres({ url, logger: this.#logger });
    this.#parts.push({ name: "database", stop: () => postgres.stop() });
    const ping = () => postgres.ping().then(() => null);
    this.#dependencies.push({ name: "postgres", fault: ping });
    return postgres;
  }

  async #startBroker(
    postgres: Postgres,
    tally: Tally,
  ): Promise<{ credential: LinkCredential; mqttPort: number | null }> {
    const { broker: url, brokerUsername, brokerPassword } = this.#config;
    if (url !== "embedded") {
      const credential = { url, username: brokerUsername, password: brokerPassword };
      return { credential, mqttPort: null };
    }
    await forgetWhoIsOnline(postgres);
    const broker = new EmbeddedBroker({
      port: this.#config.mqttPort,
      nodePasswordsFile: this.#config.nodePasswordsFile ?? "",
      logger: this.#logger,
      onRefusal: (reason, nodeId) => tally.count(reason, { nodeId }),
    });
    this.#parts.push({ name: "broker", stop: () => broker.stop() });
    const { port, credential } = await broker.start();
    return { credential, mqttPort: port };
  }

  async #startIngest(
    database: Postgres,
    blobs: MinioBlobStore,
    tally: Tally,
    credential: LinkCredential,
  ): Promise<void> {
    const { shareGroup = null, tapBrokers = null, databaseUrl } = this.#config;
    const logger = this.#logger;
    const parts = {
      database,
      blobs,
      tally,
      credential,
      shareGroup,
      tapBrokers,
      databaseUrl,
      logger,
    };
    const ingest = await startIngestRole(parts);
    this.#links.push(...ingest.links);
    this.#parts.push({ name: "ingest", stop: () => ingest.stop() });
  }

  /** What people reach through this process, where it has the roles `api` and `cameras`. */
  async #serve(
    database: Postgres,
    blobs: MinioBlobStore,
    tally: Tally,
    credential: LinkCredential,
    repo: FleetRepo | null,
  ): Promise<Pick<HttpServerOptions, "api" | "streams">> {
    const { roles, streamUpstream: upstream } = this.#config;
    const [hasApi, hasCameras] = [roles.includes("api"), roles.includes("cameras")];
    if (!hasApi && !hasCameras) return { api: null, streams: null };
    const people = await openPeople(database, this.#config, this.#logger);
    return {
      api: hasApi ? await this.#serveApi(database, blobs, tally, credential, repo, people) : null,
      streams:
        hasCameras && upstream !== undefined
          ? { whoAsks: people.whoAsks, reads: database.reads, upstream }
          : null,
    };
  }

  async #serveApi(
    database: Postgres,
    blobs: MinioBlobStore,
    tally: Tally,
    credential: LinkCredential,
    repo: FleetRepo | null,
    people: PeopleParts,
  ): Promise<ServedApi> {
    return {
      ...people,
      parts: await this.#startApi(database, blobs, credential, repo, people.doorway),
      blobs,
      onTampered: async (snapshot) => {
        tally.count("snapshot-tampered", snapshot);
        await markSnapshotLost(database, snapshot);
      },
      dashboardDir: this.#config.dashboardDir,
    };
  }

  /** The feeds that people follow, and what they change. */
  async #startApi(
    postgres: Postgres,
    pictures: MinioBlobStore,
    credential: LinkCredential,
    repo: FleetRepo | null,
    doorway: Doorway,
  ) {
    const logger = this.#logger;
    const { reads } = postgres;
    const events = new EventFeed({ reads, logger });
    const changes = new ChangeFeed();
    const snapshots = new SnapshotFeed();
    const listener = new PostgresListener({ url: this.#config.databaseUrl, logger });
    listener.on(EVENT_LOG_CHANNEL, () => events.notify());
    listener.on(CHANGES_CHANNEL, (payload) => changes.notify(payload));
    listener.on(SNAPSHOTS_CHANNEL, (payload) => snapshots.notify(payload));
    await this.#add("event feed", events);
    await this.#add("listener", listener);
    const previews: PreviewHub = new PreviewHub(previewLine(() => link));
    const link: MqttLink = this.#link("previews", credential, {
      subscriptions: [],
      onMessage: async (topic, payload) => {
        const fault = takePreview(previews, topic, payload);
        if (fault !== null) logger.debug({ topic, fault }, "preview not taken");
      },
      onUp: () => previews.renew(),
    });
    await this.#add("previews", previews);
    const nodeRequests = this.#startNodeRequests(credential);
    await this.#add("triage", new TriageItemMaker({ database: postgres, blobs: pictures, logger }));
    const versions = await this.#startBucket(DATASET_BUCKET);
    const { mapTiles } = this.#config;
    return {
      reads,
      database: postgres,
      nodeRequests,
      events,
      changes,
      snapshots,
      previews,
      datasets: { database: postgres, pictures, versions },
      registry: await this.#openRegistry(postgres),
      rollouts: { repo },
      doorway,
      mapTiles: mapTiles === undefined ? null : await readMapTiles(mapTiles),
      version: ownVersion(),
    };
  }

  /** What people ask of nodes, and the answers. */
  #startNodeRequests(credential: LinkCredential): NodeRequests {
    const requests = new NodeRequests((topic, payload) => link.publish(topic, payload, 1));
    const link: MqttLink = this.#link("requests", credential, {
      subscriptions: NodeRequests.subscriptions,
      onMessage: async (topic, payload) => requests.take(topic, payload),
    });
    return requests;
  }

  /** Role trainer: training jobs and evaluations, and the step of the loop that starts them. */
  async #startTrainer(database: Postgres): Promise<void> {
    const logger = this.#logger;
    // Pods reach S3 as this process does, not by its public name.
    const pictures = await this.#startBucket(SNAPSHOT_BUCKET, "inside");
    const models = await this.#startBucket("sentinel-models", "inside");
    const versions = await this.#startBucket(DATASET_BUCKET, "inside");
    const policy = await loadGatePolicy(this.#config.gateFile);
    const { leastCameraShare } = policy;
    const trainer = await startTrainerRole({
      database,
      databaseUrl: this.#config.databaseUrl,
      stores: { pictures, models },
      place: placeOfJobs(this.#config, { pictures, models, jobs: versions }, logger),
      workDir: this.#config.workDir,
      buildVersion: () => buildLoopVersion({ database, pictures, versions }),
      registerCandidate: (candidate) => registerCandidate({ database, models }, candidate),
      evaluation: { record: evaluationRecorder(database, policy), leastCameraShare },
      logger,
    });
    this.#parts.push({ name: "trainer", stop: () => trainer.stop() });
  }

  /** Our copy of the fleet's repository, which people's promotions and the role fleet share. */
  #openFleetRepo(): FleetRepo | null {
    const { fleetRepo: url, workDir } = this.#config;
    if (url === undefined) return null;
    const repo = new FleetRepo({ url, workDir });
    this.#parts.push({ name: "fleet repository", stop: () => repo.stop() });
    return repo;
  }

  /** Model versions, and the key with which a manifest is signed. */
  async #openRegistry(database: Postgres): Promise<RegistryParts> {
    const { signingKeyFile } = this.#config;
    return {
      database,
      models: await this.#startBucket("sentinel-models"),
      signingKey: signingKeyFile === undefined ? null : await loadSigningKey(signingKeyFile),
    };
  }

  /** Role fleet: what Git says, rollouts, and what every node is told. */
  async #startFleet(
    database: Postgres,
    repo: FleetRepo,
    credential: LinkCredential,
  ): Promise<void> {
    const { databaseUrl, signingKeyFile = "" } = this.#config;
    const fleet = await startFleetRole({
      database,
      databaseUrl,
      repo,
      signingKeyFile,
      credential,
      blobs: await this.#startBucket("sentinel-models"),
      logger: this.#logger,
    });
    this.#links.push(fleet.link);
    this.#parts.push({ name: "fleet", stop: () => fleet.stop() });
  }

  /** `signedFor`: who is sent the addresses that it signs, nodes and browsers or programs beside this one. */
  async #startBucket(
    bucket: string,
    signedFor: "outside" | "inside" = "outside",
  ): Promise<MinioBlobStore> {
    const { s3Endpoint, s3PublicEndpoint, s3AccessKey, s3SecretKey, s3Region } = this.#config;
    const blobs = new MinioBlobStore({
      access: {
        endpoint: s3Endpoint,
        publicEndpoint: signedFor === "inside" ? undefined : s3PublicEndpoint,
        accessKey: s3AccessKey,
        secretKey: s3SecretKey,
        region: s3Region,
      },
      bucket,
      logger: this.#logger,
    });
    await this.#add(`blobs ${bucket}`, blobs);
    return blobs;
  }

  #link(
    name: string,
    credential: LinkCredential,
    options: Pick<
      ConstructorParameters<typeof MqttLink>[0],
      "subscriptions" | "onMessage" | "onUp"
    >,
  ): MqttLink {
    const link = new MqttLink({ name, credential, logger: this.#logger, ...options });
    this.#parts.push({ name: `broker connection ${name}`, stop: () => link.stop() });
    this.#links.push(link);
    link.start();
    return link;
  }

  async #add(
    name: string,
    part: { start(): Promise<void> | void; stop(): Promise<void> | void },
  ): Promise<void> {
    this.#parts.push({ name, stop: () => part.stop() });
    await part.start();
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}
