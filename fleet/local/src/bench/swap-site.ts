import { createHash, createPrivateKey, type KeyObject, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { EmbeddedBroker } from "@sentinel/cloud/broker/embedded-broker";
import { MqttLink } from "@sentinel/cloud/mqtt/mqtt-link";
import { ALLOCATOR_ENVIRONMENT } from "@sentinel/edge-agent/allocator-environment";
import { openLog } from "@sentinel/edge-agent/log";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import type { Command } from "@sentinel/protocol/command";
import type { Desired } from "@sentinel/protocol/desired";
import type { ModelManifest } from "@sentinel/protocol/model-manifest";
import { parsePayload } from "@sentinel/protocol/payload";
import { type Envelope, signDocument } from "@sentinel/protocol/signed-document";
import type { Statement } from "@sentinel/protocol/statement";
import { type OnlineStatus, statusSchema } from "@sentinel/protocol/status";
import { type Telemetry, telemetrySchema } from "@sentinel/protocol/telemetry";
import { nodeTopic, parseTopic } from "@sentinel/protocol/topics";
import { stringify } from "yaml";
import { CameraSimulator } from "../camera-simulator/camera-simulator.ts";
import { inheritedEnv } from "../config.ts";
import { writeNodePasswords } from "../start/local-secrets.ts";
import { repositoryPath } from "../start/repository.ts";
import { RoleProcess } from "../start/role-process.ts";
import { ensureSigningKeys } from "../start/signing-keys.ts";

const NODE_ID = "bench-1";
const PASSWORD = "bench";
const FOOTAGE_FPS = 10;
const HOLDS_MS = 3_600_000;
const silent = openLog(NODE_ID, "error", { write: () => undefined });

/** A model with its bytes, under the digest of these. */
export interface BenchModel {
  digest: string;
  bytes: Uint8Array;
  like: ResolvedModel;
}

/** The same network as another file: ModelProto.doc_string (field 6 of onnx.proto3) stands at its end. */
export async function renamed(model: ResolvedModel, note: string): Promise<BenchModel> {
  const text = Buffer.from(note);
  const bytes = Buffer.concat([await readFile(model.path), Buffer.of(0x32, text.length), text]);
  return { digest: createHash("sha256").update(bytes).digest("hex"), bytes, like: model };
}

/** One site with everything that a swap needs: cameras, agent, broker, and who signs and sends. */
export class SwapSite {
  readonly #folder: string;
  readonly model: ResolvedModel;
  readonly #key: KeyObject;
  readonly #publicFile: string;
  readonly #models = new Map<string, Uint8Array>();
  readonly #files: Server;
  readonly #broker: EmbeddedBroker;
  #cameras: CameraSimulator | null = null;
  #link: MqttLink | null = null;
  #agent: RoleProcess | null = null;
  #counter = 0;
  /** The newest of each that the agent told. */
  status: OnlineStatus | null = null;
  telemetry: Telemetry | null = null;

  /** @param model what the agent begins with. */
  constructor(folder: string, model: ResolvedModel) {
    this.#folder = folder;
    this.model = model;
    const { privateFile, publicFile } = ensureSigningKeys(folder);
    this.#key = createPrivateKey(readFileSync(privateFile));
    this.#publicFile = publicFile;
    this.#broker = new EmbeddedBroker({
      port: 0,
      nodePasswordsFile: writeNodePasswords(folder, new Map([[NODE_ID, PASSWORD]])),
      logger: silent,
      onRefusal: () => undefined,
    });
    this.#files = createServer(({ url }, response) => {
      const bytes = this.#models.get(url?.slice(1) ?? "");
      if (bytes === undefined) response.writeHead(404).end();
      else response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    });
  }

  /** Starts cameras, broker and agent. */
  async start(options: { cameras: number; fps: number; ffmpeg: string }): Promise<void> {
    const simulator = new CameraSimulator({
      clipPath: repositoryPath("fleet/local/footage/vtest.h264"),
      fps: FOOTAGE_FPS,
      cameras: options.cameras,
      port: 0,
    });
    this.#cameras = simulator;
    const { urls } = await simulator.start();
    await new Promise<void>((resolve) => this.#files.listen(0, "127.0.0.1", resolve));
    const { port, credential } = await this.#broker.start();
    const link = new MqttLink({
      name: "bench",
      credential,
      subscriptions: (["status", "telemetry"] as const).map((suffix) => ({
        filter: nodeTopic(NODE_ID, suffix),
        qos: 0,
      })),
      onMessage: async (topic, payload) => this.#hear(topic, payload),
      logger: silent,
    });
    this.#link = link;
    link.start();
    const dataDir = join(this.#folder, "edge");
    const config = {
      nodeId: NODE_ID,
      dataDir,
      broker: { url: `mqtt://127.0.0.1:${port}`, username: NODE_ID, password: PASSWORD },
      model: this.model.path,
      ffmpegPath: options.ffmpeg,
      trustedKeysFile: this.#publicFile,
      detect: { fps: options.fps },
      cameras: urls.map((url, index) => ({ id: `cam-${index + 1}`, url })),
    };
    const file = join(this.#folder, "agent.yaml");
    await writeFile(file, stringify(config));
    const agent = new RoleProcess({
      name: "edge agent",
      mainFile: repositoryPath("edge-agent/src/main.ts"),
      args: ["--config", file],
      env: { ...inheritedEnv(), ...ALLOCATOR_ENVIRONMENT },
      logFile: join(this.#folder, "agent.log"),
      readyTimeoutMs: 120_000,
      stopTimeoutMs: 7000,
      onSpawn: () => undefined,
      onMessage: () => undefined,
      onCrash: () => undefined,
    });
    this.#agent = agent;
    await agent.start();
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    await this.#link?.stop();
    await this.#broker.stop();
    await this.#cameras?.stop();
    this.#files.close();
  }

  /** Tells the agent what to run, and where it is. Both go out at once: the offer waits for nothing. */
  promote(model: BenchModel): void {
    this.#counter += 1;
    const now = Date.now();
    const statement: Statement = {
      _type: "statement",
      counter: this.#counter,
      cohort: "stable",
      labels: { channel: "stable" },
      exceptLabels: [],
      channel: "stable",
      digest: model.digest,
      commit: "0".repeat(40),
      reason: "measured",
      issuedAt: now,
      expiresAt: now + HOLDS_MS,
      revoked: [],
    };
    const { layout, inputSize, classNames, licence } = model.like;
    const manifest: ModelManifest = {
      _type: "model",
      name: `bench-${this.#counter}`,
      digest: model.digest,
      sizeBytes: model.bytes.length,
      layout,
      inputSize,
      classNames: [...classNames],
      licence: licence.id,
      baseDigest: null,
      datasetId: null,
      evaluationDigest: null,
      approvedBy: "bench",
      signedAt: now,
    };
    this.#models.set(model.digest, model.bytes);
    const { port } = this.#files.address() as AddressInfo;
    this.#send("desired", {
      nodeId: NODE_ID,
      at: now,
      statement: this.#sign(statement),
      cameraRevision: 0,
      cameras: [],
    } satisfies Desired);
    this.#send("commands", {
      id: randomUUID(),
      expiresAt: now + HOLDS_MS,
      type: "offer-model",
      digest: model.digest,
      manifest: this.#sign(manifest),
      url: `http://127.0.0.1:${port}/${model.digest}`,
    } satisfies Command);
  }

  #sign(document: Statement | ModelManifest): Envelope {
    return signDocument(document, this.#key);
  }

  #send(suffix: "desired" | "commands", message: object): void {
    this.#link?.publish(nodeTopic(NODE_ID, suffix), JSON.stringify(message), 1);
  }

  #hear(topic: string, payload: Buffer): void {
    const suffix = parseTopic(topic)?.suffix;
    if (suffix === "status") {
      const status = parsePayload(payload, statusSchema);
      if (status.ok) this.status = status.value.online ? status.value : null;
    } else if (suffix === "telemetry") {
      const telemetry = parsePayload(payload, telemetrySchema);
      if (telemetry.ok) this.telemetry = telemetry.value;
    }
  }
}
