import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Box } from "@sentinel/protocol/box";
import { type Command, commandSchema } from "@sentinel/protocol/command";
import type { OutboxRow, SnapshotRef } from "@sentinel/protocol/event-batch";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { EdgeNode } from "../../../cloud/test/edge-node.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { motionRow, trackRow } from "../../../cloud/test/sample-rows.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { buildDashboard } from "../src/start/dashboard-build.ts";
import { signedIn, signInAs } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";
import { ACCESS_KEY, REGION, type S3Fixture, SECRET_KEY, startS3 } from "./s3-fixture.ts";

const COCO = new URL("../../../../shared/testdata/coco/", import.meta.url).pathname;
const MODEL = "a".repeat(64);
const SECOND = 1_000;

/** An object in one of the COCO photographs. */
interface Labelled {
  file: string;
  classId: number;
  box: Box;
}

/** A picture as the edge would have cut it, and how it is told of. */
interface Shot {
  jpeg: Buffer;
  ref: SnapshotRef;
}

type Upload = Extract<Command, { type: "upload-snapshot" }>;

/** The whole way of a question without cameras: a node, the cloud, S3, PostgreSQL, Chromium. */
export class TriageBrowser {
  readonly cloud: RunningCloud;
  /** As Olaf, who answers also on the page where no other name is given. */
  readonly api: Awaited<ReturnType<typeof signedIn>>["api"];
  /** Olaf's id. */
  readonly olaf: string;
  readonly faults: string[] = [];
  readonly #node: EdgeNode;
  readonly #s3: S3Fixture;
  readonly #browser: Browser;
  readonly #labelled: Labelled[];
  #seq = 1;
  /** Events lie one minute apart, the newest just now. */
  #at = Date.now() - 3_600_000;

  private constructor(parts: {
    cloud: RunningCloud;
    node: EdgeNode;
    s3: S3Fixture;
    browser: Browser;
    labelled: Labelled[];
    olaf: Awaited<ReturnType<typeof signedIn>>;
  }) {
    this.cloud = parts.cloud;
    this.#node = parts.node;
    this.#s3 = parts.s3;
    this.#browser = parts.browser;
    this.#labelled = parts.labelled;
    this.api = parts.olaf.api;
    this.olaf = parts.olaf.id;
  }

  static async start(): Promise<TriageBrowser> {
    const { folder } = await buildDashboard();
    const s3 = await startS3();
    const cloud = await startCloud(
      { "node-a": "secret" },
      {
        S3_ENDPOINT: s3.endpoint,
        S3_ACCESS_KEY: ACCESS_KEY,
        S3_SECRET_KEY: SECRET_KEY,
        S3_REGION: REGION,
        SENTINEL_DASHBOARD_DIR: folder,
      },
    );
    const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret");
    const browser = await launchBrowser();
    const olaf = await signedIn(cloud.httpUrl, { name: "Olaf", role: "operator" });
    const labelled = await readLabels();
    const made = new TriageBrowser({ cloud, node, s3, browser, labelled, olaf });
    await made.#sayOnline();
    return made;
  }

  /** Opens the page Triage as a person has it, in a browser of its own; `url` is another way to the cloud. */
  async openTriage(
    options: {
      width?: number;
      height?: number;
      colorScheme?: "dark" | "light";
      url?: string;
      className?: string | null;
      /** Who answers; each name is somebody else. */
      name?: string;
    } = {},
  ): Promise<Page> {
    const { width = 1440, height = 900, colorScheme = "dark", url = this.cloud.httpUrl } = options;
    const context = await this.#browser.newContext({ viewport: { width, height }, colorScheme });
    await signInAs(context, this.cloud.httpUrl, { name: options.name ?? "Olaf", role: "operator" });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.faults.push(String(error)));
    await page.goto(`${url}/triage`);
    const { className } = options;
    if (className !== undefined) await chooseClass(page, className);
    return page;
  }

  query<Row extends Record<string, unknown>>(text: string, values: unknown[] = []) {
    return this.cloud.database.query<Row>(text, values);
  }

  /**
   * Objects of a class become events with pictures, and then questions, until so many are open: by a
   * node's rows, the upload of their snapshots, and the cloud's own rules.
   * @param place where in the frame they all are; without it each is where its photograph has it
   */
  async ask(className: string, count: number, place: Box | null = null): Promise<void> {
    const classId = COCO_CLASS_NAMES.indexOf(className);
    for (let open = await this.#looked(className); open < count; ) {
      // Pictures that look like another one are not asked about: a few more are needed then.
      const chosen = this.#labelled.filter((one) => one.classId === classId).slice(0, count - open);
      if (chosen.length === 0)
        throw new Error(`there are ${open} different pictures of a ${className}`);
      for (const one of chosen) {
        this.#labelled.splice(this.#labelled.indexOf(one), 1);
        await this.#track(one, place);
      }
      open = await this.#looked(className);
    }
  }

  /** One object that the model did not see: motion without a box. */
  async askAboutMotion(): Promise<void> {
    const [one] = this.#labelled.splice(
      this.#labelled.findIndex(({ classId }) => classId === 0),
      1,
    );
    if (one === undefined) throw new Error("no picture is left");
    const shot = await cut(one.file, one.box, 0.6);
    const at = this.#next();
    await this.#send([
      motionRow({ startedAt: at, capturedAt: at, createdAt: at, box: one.box, snapshot: shot.ref }),
    ]);
    await this.#upload(shot);
    await this.#looked(null);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#node.stop();
    await this.cloud.stop();
    await this.#s3.stop();
  }

  /** A track with two pictures, the second of which is the better one. */
  async #track({ file, classId, box }: Labelled, place: Box | null): Promise<void> {
    const startedAt = this.#next();
    const [first, better] = [await cut(file, box, 0.6), await cut(file, box, 0.25)];
    if (place !== null) better.ref.crop = around(place);
    const common = {
      eventId: trackRow({ startedAt }).eventId,
      cameraId: "gate-1",
      classId,
      className: COCO_CLASS_NAMES[classId] ?? "",
      modelDigest: MODEL,
      startedAt,
      score: 0.52,
      box: place ?? box,
      frames: 30,
    };
    const row = (kind: "began" | "improved" | "ended", after: number, shot: Shot | null) =>
      trackRow({
        ...common,
        kind,
        createdAt: startedAt + after,
        capturedAt: startedAt + after,
        snapshot: shot?.ref ?? null,
        ...(kind === "ended"
          ? { endedAt: startedAt + after, endReason: "left" as const }
          : { endedAt: null, endReason: null }),
      });
    await this.#send([row("began", 0, first)]);
    await this.#upload(first);
    await this.#send([row("improved", 2 * SECOND, better), row("ended", 5 * SECOND, null)]);
    await this.#upload(better);
  }

  async #send(rows: OutboxRow[]): Promise<void> {
    await this.#node.sendForAck(this.#seq, rows);
    this.#seq += rows.length;
  }

  /** Answers the cloud's wish for a snapshot, as the edge does. */
  async #upload({ ref, jpeg }: Shot): Promise<void> {
    const wish = (): Upload | undefined =>
      this.#node.commands
        .map((command) => commandSchema.parse(command))
        .filter((command) => command.type === "upload-snapshot")
        .find(({ sha256 }) => sha256 === ref.sha256);
    await this.#node.until(() => wish() !== undefined);
    const { id, type, url } = wish() as Upload;
    await fetch(url, { method: "PUT", body: Uint8Array.from(jpeg) });
    await this.#node.send("replies", { id, type, fault: null });
    await waitUntil(async () => {
      const rows = await this.query("select from arrived_snapshots where sha256 = $1", [
        ref.sha256,
      ]);
      return rows.length > 0;
    });
  }

  /** Waits until the rules have looked at everything. @returns how many questions of a class are open. */
  async #looked(className: string | null): Promise<number> {
    await waitUntil(async () => {
      const [row] = await this.query<{ left: number }>(
        `select (select count(*) from events where ended_at is not null)::int
           + (select count(*) from motion_sightings)::int
           - (select count(*) from triage_looked)::int as left`,
      );
      return row?.left === 0;
    }, 30_000);
    const { classes } = await this.api.triage.summary.query();
    return classes.find((of) => of.className === className)?.open ?? 0;
  }

  async #sayOnline(): Promise<void> {
    const camera = {
      cameraId: "gate-1",
      name: "Gate",
      state: "live",
      since: Date.now(),
      fault: null,
      nextAttemptAt: null,
      width: 640,
      height: 480,
    };
    await this.#node.send("status", {
      online: true,
      nodeId: "node-a",
      at: Date.now(),
      agentVersion: "1",
      startedAt: 1,
      epoch: this.#node.epoch,
      lastSeq: 0,
      model: {
        name: "yolov5s-320",
        digest: MODEL,
        licence: "AGPL-3.0",
        inputSize: 320,
        classNames: COCO_CLASS_NAMES,
        fault: null,
      },
      cameras: [camera],
    });
    await waitUntil(async () => (await this.query("select from node_models")).length > 0);
  }

  #next(): number {
    this.#at += 20 * SECOND;
    return this.#at;
  }
}

/** Has the page ask about a class, as a person chooses it. */
export async function chooseClass(page: Page, className: string | null): Promise<void> {
  const select = page.locator("#triage-class");
  await select.locator(`option[value="${className ?? ""}"]`).waitFor({ state: "attached" });
  await select.selectOption({ value: className ?? "" });
}

/** A box with a quarter of its size around it. */
function around([x, y, w, h]: Box): Box {
  return [x - w / 4, y - h / 4, w * 1.5, h * 1.5];
}

/** Cuts a box with context out of a photograph, as the edge cuts snapshots out of frames. */
async function cut(file: string, [x, y, w, h]: Box, margin: number): Promise<Shot> {
  const { width = 0, height = 0 } = await sharp(file).metadata();
  const left = Math.max(0, Math.round((x - w * margin) * width));
  const top = Math.max(0, Math.round((y - h * margin) * height));
  const right = Math.min(width, Math.round((x + w * (1 + margin)) * width));
  const bottom = Math.min(height, Math.round((y + h * (1 + margin)) * height));
  const region = { left, top, width: right - left, height: bottom - top };
  const { data: jpeg, info } = await sharp(file)
    .extract(region)
    .toColourspace("srgb")
    .jpeg({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  const ref = {
    sha256: createHash("sha256").update(jpeg).digest("hex"),
    sizeBytes: jpeg.length,
    width: info.width,
    height: info.height,
    crop: [left / width, top / height, region.width / width, region.height / height] as Box,
  };
  return { jpeg, ref };
}

/** Objects that are neither tiny nor fill their photograph, at most three of a class and photograph. */
async function readLabels(): Promise<Labelled[]> {
  const images = new Set(await readdir(`${COCO}images`));
  const names = (await readdir(`${COCO}labels`))
    .filter((name) => images.has(name.replace(".txt", ".jpg")))
    .sort();
  const all = await Promise.all(
    names.map(async (name) => {
      const file = `${COCO}images/${name.replace(".txt", ".jpg")}`;
      const seen = new Map<number, number>();
      const lines = (await readFile(`${COCO}labels/${name}`, "utf8")).trim().split("\n");
      return lines.flatMap((line): Labelled[] => {
        const [classId = 0, cx = 0, cy = 0, w = 0, h = 0] = line.split(" ").map(Number);
        if (w < 0.08 || h < 0.12 || w > 0.7 || h > 0.8) return [];
        const count = (seen.get(classId) ?? 0) + 1;
        seen.set(classId, count);
        if (count > 3) return [];
        const box: Box = [Math.max(0, cx - w / 2), Math.max(0, cy - h / 2), w, h];
        return [{ file, classId, box }];
      });
    }),
  );
  return all.flat();
}
