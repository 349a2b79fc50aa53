import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelManifest } from "@sentinel/protocol/model-manifest";
import type { Envelope } from "@sentinel/protocol/signed-document";
import { readTrustedKeys } from "@sentinel/protocol/signed-document";
import type { SwapState } from "@sentinel/protocol/status";
import { expect, onTestFinished } from "vitest";
import { allocateFrame } from "../src/decode/rgb-frame.ts";
import { DetectorPool } from "../src/detect/detector-pool.ts";
import { edgeError } from "../src/errors.ts";
import { FaultLog } from "../src/fault-log.ts";
import { openLog } from "../src/log.ts";
import type { ResolvedModel } from "../src/model/resolved-model.ts";
import { Outbox } from "../src/outbox/outbox.ts";
import { ModelSwap } from "../src/swap/model-swap.ts";
import type { TrialBounds } from "../src/swap/trial.ts";
import { ModelServer } from "./model-server.ts";
import { trackRow } from "./rows.ts";
import { Signer, sha256 } from "./signing.ts";
import { getModel } from "./test-data.ts";
import { tinyModel, YOLOX_ROWS_AT_32 } from "./tiny-model.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const QUICK: TrialBounds = { frames: 3, forMs: 100, idleMs: 400, longestMs: 5000, faults: 2 };

/** Tiny models that differ in one value; the same number is the same file. */
export function tiny(value: number): Uint8Array {
  return tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32, 85], value });
}

/** The swap with a real detector, a real outbox file and a real file server; frames come all the time. */
export class SwapBench {
  readonly folder: string;
  readonly signer: Signer;
  readonly server: ModelServer;
  readonly outbox: Outbox;
  readonly base: ResolvedModel;
  readonly logged: string[] = [];
  /** Every state that was reported, without repeats. */
  readonly states: SwapState[] = [];
  /** Codes of every fault that was reported. */
  readonly faults = new Set<string>();
  /** Frames, by the model that answered; those that were not answered under `failed`. */
  readonly answers = new Map<string, number>();
  /** In the moment in which this state is on the disk, everything is halted. */
  killAt: SwapState | null = null;
  /** The disk takes no note of the swap. */
  diskIsFull = false;
  pool!: DetectorPool;
  swap!: ModelSwap;
  #frames: NodeJS.Timeout | null = null;
  /** What is halted writes nothing any more. */
  #life = { over: false };

  private constructor(
    folder: string,
    parts: { signer: Signer; server: ModelServer; outbox: Outbox; base: ResolvedModel },
  ) {
    this.folder = folder;
    this.signer = parts.signer;
    this.server = parts.server;
    this.outbox = parts.outbox;
    this.base = parts.base;
  }

  static async start(options: { trial?: Partial<TrialBounds>; frames?: boolean } = {}) {
    const folder = temporaryFolder();
    const path = join(folder, "base.onnx");
    writeFileSync(path, tiny(0.1));
    const outbox = new Outbox({ dataDir: folder, maxBytes: 1 << 28 });
    outbox.start();
    outbox.append({ row: trackRow(), jpeg: null });
    const bench = new SwapBench(folder, {
      signer: new Signer(),
      server: await ModelServer.start(),
      outbox,
      base: await getModel(path),
    });
    onTestFinished(async () => {
      bench.swap.stop(true);
      await bench.halt();
      outbox.stop();
    });
    await bench.boot(options);
    return bench;
  }

  /** Starts the swap as the agent's start does. @returns the name of the model that runs. */
  async boot(options: { trial?: Partial<TrialBounds>; frames?: boolean } = {}): Promise<string> {
    const log = openLog("node-1", "info", { write: (line) => void this.logged.push(line) });
    const faults = new FaultLog(log);
    onTestFinished(() => faults.stop());
    const life = { over: false };
    this.#life = life;
    this.pool = new DetectorPool({
      workers: 1,
      onTrouble: (digest, fault) => {
        if (!life.over) this.swap.frames.failed(digest, fault);
      },
    });
    this.swap = new ModelSwap({
      pool: this.pool,
      notes: {
        note: (key) => this.outbox.note(key),
        setNote: (key, value) => {
          if (life.over) return;
          if (this.diskIsFull) throw edgeError("OUTBOX_DISK_FULL", "no space left");
          this.outbox.setNote(key, value);
        },
      },
      modelsDir: join(this.folder, "models"),
      keys: readTrustedKeys([this.signer.pem]),
      labels: { channel: "stable", ring: "canary" },
      faults,
      log,
      onChange: () => this.#note(),
      trialBounds: { ...QUICK, ...options.trial },
    });
    for (const start of this.swap.recall(() => Promise.resolve(this.base))) {
      const model = await start().catch(() => null);
      if (model === null) continue;
      await this.pool.start(model);
      this.swap.start(model);
      break;
    }
    if (options.frames !== false) this.#frames = setInterval(() => void this.#frame(), 10);
    return this.swap.running?.name ?? "none";
  }

  /** Ends everything as `kill -9` does: nothing is told to the swap, and it writes nothing more. */
  async halt(): Promise<void> {
    this.#life.over = true;
    if (this.#frames !== null) clearInterval(this.#frames);
    this.swap.stop(false);
    await this.pool.stop();
  }

  /** Takes a statement for a model and offers it; other documents where they are given. */
  promote(
    bytes: Uint8Array,
    counter: number,
    changes: { manifest?: Partial<ModelManifest>; envelope?: Envelope; url?: string } = {},
  ): string {
    const digest = sha256(bytes);
    this.swap.take(this.signer.statement({ digest, counter }));
    this.offer(bytes, changes);
    return digest;
  }

  offer(
    bytes: Uint8Array,
    changes: { manifest?: Partial<ModelManifest>; envelope?: Envelope; url?: string } = {},
  ): void {
    const digest = sha256(bytes);
    this.swap.offer({
      digest,
      manifest: changes.envelope ?? this.signer.manifest(this.base, bytes, changes.manifest),
      url: changes.url ?? this.server.put(`${digest}.onnx`, bytes),
      expiresAt: Date.now() + 60_000,
    });
  }

  /** The files of models that came by statements. */
  get stored(): string[] {
    const folder = join(this.folder, "models");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** What must hold after whatever was refused before it saw a frame. */
  async expectUntouched(running: string, files: string[] = []): Promise<void> {
    await this.expectWatching(running, files);
    expect(this.answers.get("failed") ?? 0).toBe(0);
  }

  /** This model answers frames, the rows are there, and no file is there but these. */
  async expectWatching(running: string, files: string[] = []): Promise<void> {
    expect(this.pool.model?.digest).toBe(running);
    const before = this.answers.get(running) ?? 0;
    await waitUntil("frames go on", () => (this.answers.get(running) ?? 0) > before + 3);
    expect(this.outbox.figures()).toMatchObject({ rows: 1, lastSeq: 1 });
    await waitUntil(`${this.stored} is ${files}`, () => this.stored.join() === files.join());
  }

  async until(state: SwapState): Promise<void> {
    const what = () => JSON.stringify(this.swap.report);
    await waitUntil(`${state} instead of ${what()}`, () => this.swap.report.state === state);
  }

  async #frame(): Promise<void> {
    this.swap.frames.asked();
    const count = (who: string) => this.answers.set(who, (this.answers.get(who) ?? 0) + 1);
    try {
      const { digest } = await this.pool.answer(allocateFrame(32, 32));
      this.swap.frames.answered(digest);
      count(digest);
    } catch {
      this.swap.frames.dropped();
      count("failed");
    }
  }

  #note(): void {
    const { state, fault } = this.swap.report;
    if (this.states.at(-1) !== state) this.states.push(state);
    if (state === this.killAt) {
      this.killAt = null;
      void this.halt();
    }
    if (fault !== null) this.faults.add(fault.code);
  }
}
