import { join } from "node:path";
import { ALLOCATOR_ENVIRONMENT } from "@sentinel/edge-agent/allocator-environment";
import { z } from "zod";
import { CameraSimulator } from "../camera-simulator/camera-simulator.ts";
import { inheritedEnv } from "../config.ts";
import { EmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { S3Endpoint } from "../s3/s3-endpoint.ts";
import type { DataDir } from "./data-dir.ts";
import { type EdgeSetup, writeEdgeConfig } from "./edge-setup.ts";
import { ensureFleetRepository } from "./fleet-repository.ts";
import type { Leftovers } from "./leftovers.ts";
import { loadLocalSecrets, writeNodePasswords } from "./local-secrets.ts";
import type { Progress } from "./progress.ts";
import { repositoryPath } from "./repository.ts";
import { RoleProcess } from "./role-process.ts";
import type { AgentTotals } from "./run-summary.ts";
import { ensureSigningKeys } from "./signing-keys.ts";

const BUCKETS = ["sentinel-models", "sentinel-clips", "sentinel-datasets"];
const REGION = "us-east-1";
const FOOTAGE_FPS = 10;
/** No model, clip or snapshot is larger. */
const MAX_BLOB_BYTES = 1_000_000_000;

const readySchema = z.object({ httpPort: z.int(), mqttPort: z.int().nullable().optional() });
const totalsSchema = z.object({
  type: z.literal("totals"),
  framesDecoded: z.int(),
  framesInferred: z.int(),
});

/** Everything that the stack needs to know before it starts. */
export interface StackOptions {
  dataDir: DataDir;
  edge: EdgeSetup;
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
 * blobs, cloud, cameras, agent; stopped in reverse, each within its deadline.
 */
export class SentinelStack {
  readonly #options: StackOptions;
  #stops: { name: string; stop: () => Promise<unknown> }[] = [];
  #cloud: RoleProcess | null = null;
  #agent: RoleProcess | null = null;
  #databaseUrl = "";
  #mqttPort = 0;
  #totals: AgentTotals = { framesDecoded: 0, framesInferred: 0 };

  constructor(options: StackOptions) {
    this.#options = options;
  }

  get databaseUrl(): string {
    return this.#databaseUrl;
  }

  get cloudPid(): number | null {
    return this.#cloud?.pid ?? null;
  }

  get agentPid(): number | null {
    return this.#agent?.pid ?? null;
  }

  /** Cameras that the agent is told to watch. */
  get cameraCount(): number {
    const { base, own, simulated } = this.#options.edge;
    return (Array.isArray(base.cameras) ? base.cameras.length : 0) + own.length + simulated;
  }

  /** Totals of every agent process of this run that ended politely. */
  get totals(): AgentTotals {
    return this.#totals;
  }

  /** How often a role died and was started again. */
  get restarts(): number {
    return (this.#cloud?.restarts ?? 0) + (this.#agent?.restarts ?? 0);
  }

  /** Starts everything but the agent. */
  async startCloud(): Promise<void> {
    const { dataDir, progress, edge } = this.#options;
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
      new Map([[edge.nodeId, secrets.nodePassword]]),
    );
    const seed = repositoryPath("fleet/state/channels");
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

  /** Starts the cameras and the agent that watches them. */
  async startEdge(): Promise<void> {
    const { dataDir, progress, edge, ffmpegPath } = this.#options;
    const urls = edge.simulated === 0 ? [] : await this.#startCameras(edge.simulated);
    const config = writeEdgeConfig(edge, dataDir.edge, urls);
    const agent = this.#role("edge agent", "edge-agent/src/main.ts", ["--config", config], {
      SENTINEL_BROKER_URL: `mqtt://127.0.0.1:${this.#mqttPort}`,
      SENTINEL_BROKER_USERNAME: edge.nodeId,
      SENTINEL_BROKER_PASSWORD: loadLocalSecrets(dataDir.root).nodePassword,
      SENTINEL_TRUSTED_KEYS_FILE: ensureSigningKeys(dataDir.root).publicFile,
      FFMPEG_PATH: ffmpegPath,
    });
    this.#agent = agent;
    this.#stops.push({ name: "edge agent", stop: () => agent.stop() });
    await progress.step(
      "edge agent",
      () => agent.start(),
      () => `node ${edge.nodeId}`,
    );
  }

  /** Stops the agent alone, politely: it ends its tracks and empties its outbox. */
  async stopAgent(): Promise<void> {
    await this.#agent?.stop();
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
    this.#agent?.kill();
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

  async #startCameras(cameras: number): Promise<string[]> {
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
    return urls;
  }

  #role(
    name: string,
    mainFile: string,
    args: readonly string[],
    env: Record<string, string>,
  ): RoleProcess {
    const { dataDir, leftovers, progress } = this.#options;
    return new RoleProcess({
      name,
      mainFile: repositoryPath(mainFile),
      args,
      // Pictures pass through both roles as large, short-lived buffers.
      env: { ...inheritedEnv(), ...ALLOCATOR_ENVIRONMENT, ...env },
      logFile: join(dataDir.logs, `${name.replace(" ", "-")}.log`),
      readyTimeoutMs: 120_000,
      stopTimeoutMs: 7000,
      onSpawn: (pid) => leftovers.remember(pid),
      onMessage: (message) => this.#onMessage(message),
      onCrash: (reason) => progress.say(`the ${name} ended with ${reason}; starting it again`),
    });
  }

  /** What a part in this process has to say is said to the person at the terminal. */
  #logger(name: string) {
    const say = (_facts: object, message: string) =>
      this.#options.progress.say(`${name}: ${message}`);
    return { info: say, warn: say };
  }

  #onMessage(message: unknown): void {
    const totals = totalsSchema.safeParse(message);
    if (!totals.success) return;
    this.#totals = {
      framesDecoded: this.#totals.framesDecoded + totals.data.framesDecoded,
      framesInferred: this.#totals.framesInferred + totals.data.framesInferred,
    };
  }
}
