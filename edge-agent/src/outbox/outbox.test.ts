import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outboxRowSchema, type TrackRow } from "@sentinel/protocol/event-batch";
import Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endCrashedTracks } from "./crash-recovery.ts";
import { type NewRow, Outbox } from "./outbox.ts";

const BOUNDS = { maxRows: 100, maxBytes: 1_000_000 };
let dataDir: string;
let outbox: Outbox;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sentinel-outbox-"));
  outbox = new Outbox({ dataDir, maxBytes: 1 << 30 });
  outbox.start();
});

afterEach(() => {
  outbox.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function entry(
  kind: TrackRow["kind"],
  options: { eventId?: string; jpegBytes?: number } = {},
): NewRow {
  const { eventId = uuidv7(), jpegBytes = 0 } = options;
  const sha256 = Array.from({ length: 64 }, () => Math.floor(Math.random() * 16).toString(16)).join(
    "",
  );
  const row: TrackRow = {
    kind,
    eventId,
    cameraId: "gate-1",
    createdAt: 1_700_000_000_000,
    capturedAt: 1_700_000_000_000,
    startedAt: 1_700_000_000_000,
    endedAt: kind === "ended" ? 1_700_000_000_500 : null,
    classId: 0,
    className: "person",
    score: 0.8,
    box: [0.1, 0.1, 0.2, 0.3],
    frames: 3,
    modelDigest: "a".repeat(64),
    snapshot:
      jpegBytes > 0
        ? { sha256, sizeBytes: jpegBytes, width: 100, height: 200, crop: [0, 0, 1, 1] }
        : null,
    endReason: kind === "ended" ? "left" : null,
  };
  return { row, jpeg: jpegBytes > 0 ? new Uint8Array(jpegBytes).fill(7) : null };
}

function reopen(maxBytes = 1 << 30): void {
  outbox.stop();
  outbox = new Outbox({ dataDir, maxBytes });
  outbox.start();
}

test("numbers rows from 1 without holes and reads them back within the bounds", () => {
  const seqs = [entry("began"), entry("improved"), entry("ended")].map((row) => outbox.append(row));
  expect(seqs).toEqual([1, 2, 3]);
  expect(outbox.read(2, { maxRows: 1, maxBytes: 1 })).toMatchObject({ firstSeq: 2, throughSeq: 2 });
  const all = outbox.read(1, BOUNDS);
  expect(all?.rows.map((row) => row.kind)).toEqual(["began", "improved", "ended"]);
  for (const row of all?.rows ?? []) expect(outboxRowSchema.safeParse(row).success).toBe(true);
  expect(outbox.read(4, BOUNDS)).toBeNull();
});

test("keeps epoch, numbers and rows over a restart and never uses a number again", () => {
  outbox.append(entry("began"));
  outbox.append(entry("ended"));
  outbox.ack(2);
  const before = outbox.figures();
  reopen();
  expect(outbox.figures()).toEqual({ ...before, rows: 0, ackedSeq: 2, lastSeq: 2 });
  expect(outbox.append(entry("began"))).toBe(3);
});

test("deletes rows on acknowledgement only, and an old acknowledgement does nothing", () => {
  for (let i = 0; i < 5; i++) outbox.append(entry("began"));
  outbox.ack(3);
  outbox.ack(1);
  expect(outbox.figures()).toMatchObject({ ackedSeq: 3, rows: 2, lastSeq: 5 });
  expect(outbox.read(1, BOUNDS)?.firstSeq).toBe(4);
});

test("drops a snapshot when it is done, or when a better one is acknowledged", () => {
  const eventId = uuidv7();
  const first = entry("began", { eventId, jpegBytes: 100 });
  const second = entry("improved", { eventId, jpegBytes: 100 });
  const other = entry("began", { jpegBytes: 100 });
  const sha = (of: NewRow) => of.row.snapshot?.sha256 ?? "";
  for (const row of [first, second, other]) outbox.append(row);
  outbox.ack(1);
  expect(outbox.snapshot(sha(first))).not.toBeNull();
  outbox.ack(2);
  expect(outbox.snapshot(sha(first))).toBeNull();
  expect(outbox.snapshot(sha(second))).not.toBeNull();
  outbox.dropSnapshot(sha(second));
  expect(outbox.snapshot(sha(second))).toBeNull();
  expect(outbox.snapshot(sha(other))).toEqual(Buffer.alloc(100, 7));
});

test("ends the tracks that were open when the agent died, once", () => {
  const left = uuidv7();
  const open = uuidv7();
  outbox.append(entry("began", { eventId: left }));
  outbox.append(entry("began", { eventId: open, jpegBytes: 10 }));
  outbox.append(entry("ended", { eventId: left }));
  reopen();
  expect(endCrashedTracks(outbox, 1_700_000_009_000)).toBe(1);
  expect(endCrashedTracks(outbox, 1_700_000_009_000)).toBe(0);
  expect(outbox.read(4, BOUNDS)?.rows).toMatchObject([
    { kind: "ended", eventId: open, endReason: "agent-crashed", endedAt: 1_700_000_000_000 },
  ]);
});

test("over budget, snapshots go first and a gap row says how many", () => {
  reopen(400_000);
  for (let i = 0; i < 30; i++) outbox.append(entry("began", { jpegBytes: 20_000 }));
  const rows = outbox.read(1, BOUNDS)?.rows ?? [];
  expect(rows.filter((row) => row.kind === "began")).toHaveLength(30);
  const gaps = rows.filter((row) => row.kind === "gap");
  const said = gaps.reduce((sum, gap) => sum + (gap.dropped.snapshot ?? 0), 0);
  const kept = rows.filter(
    (row) => row.kind === "began" && outbox.snapshot(row.snapshot?.sha256 ?? "") !== null,
  );
  expect(said).toBeGreaterThan(0);
  expect(kept.length + said).toBe(30);
  expect(outbox.figures().bytes).toBeLessThanOrEqual(400_000);
});

test("over budget without snapshots, unsent improved rows become gaps in place; others stay", () => {
  reopen(200_000);
  for (let i = 0; i < 40; i++) outbox.append(entry("began"));
  outbox.markSent(outbox.append(entry("improved")));
  for (let i = 0; i < 400; i++) outbox.append(entry("improved"));
  outbox.append(entry("ended"));
  const slices: ReturnType<Outbox["read"]>[] = [];
  for (
    let seq = 1, slice = outbox.read(seq, BOUNDS);
    slice !== null;
    slice = outbox.read(seq, BOUNDS)
  ) {
    expect(slice.firstSeq).toBe(seq);
    slices.push(slice);
    seq = slice.throughSeq + 1;
  }
  const rows = slices.flatMap((slice) => slice?.rows ?? []);
  expect(slices.at(-1)?.throughSeq).toBe(442);
  expect(rows.filter((row) => row.kind === "began")).toHaveLength(40);
  expect(rows.filter((row) => row.kind === "ended")).toHaveLength(1);
  expect(rows[40]?.kind).toBe("improved");
  const improved = rows.filter((row) => row.kind === "improved").length;
  const declared = rows.reduce(
    (sum, row) => sum + (row.kind === "gap" ? (row.dropped.improved ?? 0) : 0),
    0,
  );
  expect(declared).toBeGreaterThan(0);
  expect(improved + declared).toBe(401);
  for (const row of rows) expect(outboxRowSchema.safeParse(row).success).toBe(true);
});

test("at its hard limit it refuses a row with a name, writes nothing of it, and recovers", () => {
  reopen(80_000);
  let written = 0;
  const fill = () => {
    for (;;) {
      outbox.append(entry("began"));
      written += 1;
    }
  };
  expect(fill).toThrow(expect.objectContaining({ code: "OUTBOX_DISK_FULL", retryable: true }));
  expect(outbox.figures().lastSeq).toBe(written);
  outbox.ack(written);
  expect(outbox.append(entry("began"))).toBe(written + 1);
});

test("a file locked by another program is a fault with a name", () => {
  const other = new Database(join(dataDir, "outbox.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  expect(() => outbox.append(entry("began"))).toThrow(
    expect.objectContaining({ code: "OUTBOX_LOCKED" }),
  );
  other.exec("ROLLBACK");
  other.close();
  expect(outbox.append(entry("began"))).toBe(1);
});

test("a file that is no outbox is a fault with a name, and is left as it is", () => {
  const folder = join(dataDir, "other");
  const broken = new Outbox({ dataDir: folder, maxBytes: 1 << 20 });
  broken.start();
  broken.stop();
  writeFileSync(
    join(folder, "outbox.sqlite"),
    "this is not a database, it only says so".repeat(50),
  );
  expect(() => broken.start()).toThrow(expect.objectContaining({ code: "OUTBOX_CORRUPT" }));
});

test("a folder that cannot be made is a fault with a name", () => {
  const file = join(dataDir, "file");
  writeFileSync(file, "");
  chmodSync(file, 0o600);
  const blocked = new Outbox({ dataDir: join(file, "data"), maxBytes: 1 << 20 });
  expect(() => blocked.start()).toThrow(expect.objectContaining({ code: "OUTBOX_NOT_WRITABLE" }));
});

test("a cloud that lost committed rows gets a gap row for what is no longer here", () => {
  for (let i = 0; i < 6; i++) outbox.append(entry("began"));
  outbox.ack(4);
  outbox.declareCloudBehind(1);
  const slice = outbox.read(2, BOUNDS);
  expect(slice).toMatchObject({ firstSeq: 2, throughSeq: 6 });
  expect(slice?.rows[0]).toMatchObject({ kind: "gap", throughSeq: 4, reason: "cloud-behind" });
  outbox.ack(4);
  expect(outbox.read(1, BOUNDS)?.firstSeq).toBe(5);
});

test("a cloud that lost everything gets a gap row also when no row is left here", () => {
  for (let i = 0; i < 3; i++) outbox.append(entry("began"));
  outbox.ack(3);
  outbox.declareCloudBehind(0);
  expect(outbox.read(1, BOUNDS)).toMatchObject({ firstSeq: 1, throughSeq: 3 });
  expect(outbox.append(entry("began"))).toBe(4);
});

test("an old copy of the file goes on in a new epoch with every row that it still has", () => {
  for (let i = 0; i < 5; i++) outbox.append(entry("began"));
  outbox.ack(3);
  const before = outbox.figures();
  outbox.beginEpoch();
  const after = outbox.figures();
  expect(after.epoch).not.toBe(before.epoch);
  expect(after).toMatchObject({ lastSeq: 2, ackedSeq: 0, rows: 2 });
  expect(outbox.read(1, BOUNDS)).toMatchObject({ firstSeq: 1, throughSeq: 2 });
});

test("the ledger counts every row ever created, by kind", () => {
  outbox.append(entry("began"));
  outbox.append(entry("improved"));
  outbox.append(entry("ended"));
  outbox.appendGap("disk-error", { improved: 2 });
  outbox.ack(4);
  const reader = new Database(join(dataDir, "outbox.sqlite"), { readonly: true });
  const ledger = reader.prepare("SELECT kind, rows FROM ledger ORDER BY kind").all();
  reader.close();
  expect(ledger).toEqual([
    { kind: "began", rows: 1 },
    { kind: "ended", rows: 1 },
    { kind: "gap", rows: 1 },
    { kind: "improved", rows: 1 },
  ]);
});

test("a second agent on the same folder is refused, and may have it when the first one is gone", () => {
  const second = new Outbox({ dataDir, maxBytes: 1 << 30 });
  expect(() => second.start()).toThrow(expect.objectContaining({ code: "OUTBOX_LOCKED" }));
  outbox.stop();
  second.start();
  second.stop();
});
