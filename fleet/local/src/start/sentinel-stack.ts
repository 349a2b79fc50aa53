import { join, resolve } from "node:path";
import { ALLOCATOR_ENVIRONMENT } from "@sentinel/edge-agent/allocator-environment";
import { z } from "zod";
import { CameraSimulator } from "../camera-simulator/camera-simulator.ts";
import { configuredMapTiles, inheritedEnv } from "../config.ts";
import { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { S3Endpoint } from "../s3/s3-endpoint.ts";
import type { DataDir } from "./data-dir.ts";
import { type EdgeSetup, nameSimulated } from "./edge-setup.ts";
import { ensureFleetRepository } from "./fleet-repository.ts";
import type { Leftovers } from "./leftovers.ts";
import { LocalNode } from "./local-node.ts";
import { loadLocalSecrets, nodePassword, writeNodePasswords } from "./local-secrets.ts";
import type { Progress } from "./progress.ts";
import { repositoryPath } from "./repository.ts";
import { RoleProcess } from "./role-process.ts";
import { ensureSigningKeys } from "./signing-keys.ts";

const BUCKETS = ["sentinel-models", "sentinel-clips", "sentinel-datasets"];
const REGION = "us-east-1";
const FOOTAGE_FPS = 10;
/** No model, clip or snapshot is larger. */
const MAX_BLOB_BYTES = 1_000_000_000;

const readySchema = z.object({ httpPort: z.int(), mqttPort: z.int().nullable().optional() });

/** Everything that the stack needs to know before it starts. */
export interface StackOptions {
  dataDir: DataDir;
  nodes: readonly EdgeSetup[];
  httpPort: number;
  dashboardDir: string;
  /** Whether somebody who has not signed in may look while nobody has signed up. */
  openToGuests: boolean;
  ffmpegPath: string;
  progress: Progress;
  leftovers: Leftovers;
}

/**
 * The whole of Sentinel on one machine, in the order in which its parts need each other: database,
 * blobs, cloud, cameras, agents; stopped in reverse, each within its deadline.
 */
export class SentinelStack {
  readonly #options: StackOptions;
  #stops: { name: string; stop: () => Promise<unknown> }[] = [];
  #cloud: RoleProcess | null = null;
  readonly nodes: readonly LocalNode[];
  #databaseUrl = "";
  #mqttPort = 0;

  constructor(options: StackOptions) {
    this.#options = options;
    this.nodes = options.nodes.map((setup) => new LocalNode(setup, options.dataDir.root));
  }

  get databaseUrl(): string {
    return this.#databaseUrl;
  }

  get cloudPid(): number | null {
    return this.#cloud?.pid ?? null;
  }

  get agentPids(): number[] {
    return this.nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
  }

  /** Cameras that the agents are told to watch. */
  get cameraCount(): number {
    return this.nodes.reduce((sum, { setup: { base, own, simulated } }) => {
      const configured = Array.isArray(base.cameras) ? base.cameras.length : 0;
      return sum + configured + own.length + simulated;
    }, 0);
  }

  /** How often a role died and was started again. */
  get restarts(): number {
    return this.nodes.reduce((sum, node) => sum + node.restarts, this.#cloud?.restarts ?? 0);
  }

  /** Starts everything but the agents. */
  async startCloud(): Promise<void> {
    const { dataDir, progress } = this.#options;
    const secrets = loadLocalSecrets(dataDir.root);
    this.#databaseUrl = await progress.step(
      "database",
      () => this.#startPostgres(),
      () => "PostgreSQL, embedded",
    );
    const endpoint = await progress.step(
      "blobs",
      () => this.#startBlobs(secrets.s3AccessKey, secrets.s3SecretKey),
      () => `S3, embedded; buckets ${BUCKETS.join(", ")}`,
    );
    const passwords = writeNodePasswords(
      dataDir.root,
      new Map(this.nodes.map(({ nodeId }) => [nodeId, nodePassword(secrets, nodeId)])),
    );
    const seed = repositoryPath("fleet/state/channels");
    const mapTiles = configuredMapTiles();
    const cloud = this.#role("cloud", "cloud/src/main.ts", [], {
      SENTINEL_ROLES: "api,ingest,trainer,fleet",
      SENTINEL_WORK_DIR: join(dataDir.root, "work"),
      SENTINEL_FLEET_REPO: await ensureFleetRepository(dataDir.root, seed),
      SENTINEL_SIGNING_KEY_FILE: ensureSigningKeys(dataDir.root).privateFile,
      SENTINEL_GATE_FILE: repositoryPath("fleet/state/gate.yaml"),
      SENTINEL_HTTP_HOST: "127.0.0.1",
      SENTINEL_HTTP_PORT: String(this.#options.httpPort),
      SENTINEL_BROKER: "embedded",
      SENTINEL_MQTT_PORT: "0",
      SENTINEL_NODE_PASSWORDS_FILE: passwords,
      SENTINEL_DASHBOARD_DIR: this.#options.dashboardDir,
      SENTINEL_AUTH_SECRET: secrets.authSecret,
      SENTINEL_SERVICE_TOKEN: secrets.serviceToken,
      SENTINEL_SETUP_TOKEN: secrets.setupToken,
      ...(this.#options.openToGuests ? { SENTINEL_GUEST_ROLE: "viewer" } : {}),
      ...(mapTiles === undefined ? {} : { SENTINEL_MAP_TILES: resolve(mapTiles) }),
      DATABASE_URL: this.#databaseUrl,
      S3_ENDPOINT: endpoint,
      S3_ACCESS_KEY: secrets.s3AccessKey,
      S3_SECRET_KEY: secrets.s3SecretKey,
      S3_REGION: REGION,
    });
    this.#cloud = cloud;
    this.#stops.push({ name: "cloud", stop: () => cloud.stop() });
    const ready = await progress.step(
      "cloud",
      async () => readySchema.parse(await cloud.start()),
      ({ mqttPort }) => `api, ingest, trainer and fleet; MQTT broker on port ${mqttPort}`,
    );
    // Started again after a crash, it must be found where the agent looks for it.
    cloud.setEnv({ SENTINEL_MQTT_PORT: String(ready.mqttPort) });
    this.#mqttPort = ready.mqttPort ?? 0;
  }

  /** Starts the cameras and the agents that watch them. */
  async startEdge(): Promise<void> {
    const { dataDir, progress, ffmpegPath } = this.#options;
    const secrets = loadLocalSecrets(dataDir.root);
    const cameras = await this.#startCameras();
    for (const node of this.nodes) {
      this.#stops.push({ name: node.nodeId, stop: () => node.stop() });
      const env = {
        SENTINEL_BROKER_URL: `mqtt://127.0.0.1:${this.#mqttPort}`,
        SENTINEL_BROKER_USERNAME: node.nodeId,
        SENTINEL_BROKER_PASSWORD: nodePassword(secrets, node.nodeId),
        SENTINEL_TRUSTED_KEYS_FILE: ensureSigningKeys(dataDir.root).publicFile,
        FFMPEG_PATH: ffmpegPath,
      };
      const own = cameras.splice(0, node.setup.simulated);
      await progress.step(
        "edge agent",
        () => node.start((...role) => this.#role(...role), env, own),
        () => `node ${node.nodeId}`,
      );
    }
  }

  /** Stops the agents alone, politely: they end their tracks and empty their outboxes. */
  async stopAgents(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Stops everything in reverse order. */
  async stop(): Promise<void> {
    for (const { name, stop } of this.#stops.reverse()) {
      await stop().catch((error: unknown) =>
        this.#options.progress.say(`${name} did not stop cleanly: ${String(error)}`),
      );
    }
    this.#stops = [];
    this.#options.leftovers.forgetAll();
  }

  /** Ends the roles at once; the database recovers by itself on the next start. */
  killNow(): void {
    for (const node of this.nodes) node.kill();
    this.#cloud?.kill();
  }

  async #startPostgres(): Promise<string> {
    const postgres = new EmbeddedPostgres({
      dataDir: this.#options.dataDir.postgres,
      logger: this.#logger("database"),
    });
    this.#stops.push({ name: "database", stop: () => postgres.stop() });
    return (await postgres.start()).url;
  }

  async #startBlobs(accessKey: string, secretKey: string): Promise<string> {
    const s3 = new S3Endpoint({
      dataDir: this.#options.dataDir.blobs,
      port: 0,
      accessKey,
      secretKey,
      region: REGION,
      buckets: BUCKETS,
      maxBodyBytes: MAX_BLOB_BYTES,
      logger: this.#logger("blobs"),
    });
    this.#stops.push({ name: "blobs", stop: () => s3.stop() });
    return (await s3.start()).endpoint;
  }

  /** As many simulated cameras as all nodes together want. */
  async #startCameras(): Promise<{ id: string; name: string; url: string }[]> {
    const cameras = this.nodes.reduce((sum, { setup }) => sum + setup.simulated, 0);
    if (cameras === 0) return [];
    const simulator = new CameraSimulator({
      clipPath: repositoryPath("fleet/local/footage/vtest.h264"),
      fps: FOOTAGE_FPS,
      cameras,
      port: 0,
    });
    this.#stops.push({ name: "cameras", stop: () => simulator.stop() });
    const { urls } = await this.#options.progress.step(
      "cameras",
      () => simulator.start(),
      () => `${cameras} simulated over RTSP, real footage, each with its own offset`,
    );
    return nameSimulated(this.#options.nodes, urls);
  }

  #role(
    name: string,
    mainFile: string,
    args: readonly string[],
    env: Record<string, string>,
    onMessage: (message: unknown) => void = () => undefined,
  ): RoleProcess {
    const { dataDir, leftovers, progress } = this.#options;
    return new RoleProcess({
      name,
      mainFile: repositoryPath(mainFile),
      args,
      // Pictures pass through both roles as large, short-lived buffers.
      env: { ...inheritedEnv(), ...ALLOCATOR_ENVIRONMENT, ...env },
      logFile: join(dataDir.logs, `${name.replaceAll(" ", "-")}.log`),
      readyTimeoutMs: 120_000,
      stopTimeoutMs: 7000,
      onSpawn: (pid) => leftovers.remember(pid),
      onMessage,
      onCrash: (reason) => progress.say(`the ${name} ended with ${reason}; starting it again`),
    });
  }

  /** What a part in this process has to say is said to the person at the terminal. */
  #logger(name: string) {
    const say = (_facts: object, message: string) =>
      this.#options.progress.say(`${name}: ${message}`);
    return { info: say, warn: say };
  }
}
