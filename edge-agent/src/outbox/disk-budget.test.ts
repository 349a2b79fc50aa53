import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OutboxRow, TrackRow } from "@sentinel/protocol/event-batch";
import Database from "better-sqlite3";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, expect, test } from "vitest";
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
  options: { eventId?: string; jpegBytes?: number; score?: number } = {},
): NewRow {
  const { eventId = uuidv7(), jpegBytes = 0, score = 0.8 } = options;
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
    score,
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

/** Every row, read as the sender does; fails where the sequence has a hole. */
function allRows(): OutboxRow[] {
  const rows: OutboxRow[] = [];
  let seq = 1;
  for (let slice = outbox.read(seq, BOUNDS); slice !== null; slice = outbox.read(seq, BOUNDS)) {
    expect(slice.firstSeq).toBe(seq);
    rows.push(...slice.rows);
    seq = slice.throughSeq + 1;
  }
  expect(seq - 1).toBe(outbox.position().lastSeq);
  return rows;
}

/** What the gap rows say is gone, of one kind. */
function declared(rows: readonly OutboxRow[], kind: string): number {
  return rows.reduce((sum, row) => sum + (row.kind === "gap" ? (row.dropped[kind] ?? 0) : 0), 0);
}

test("over budget without improved rows, the snapshots of the surest go first, in one gap row", () => {
  reopen(400_000);
  const written = Array.from({ length: 60 }, (_, i) =>
    entry("began", { jpegBytes: 20_000, score: i % 2 === 0 ? 0.95 : 0.45 }),
  );
  for (const each of written) outbox.append(each);
  const rows = allRows();
  expect(rows.filter((row) => row.kind === "began")).toHaveLength(60);
  expect(rows.filter((row) => row.kind === "gap")).toHaveLength(1);
  const kept = written.filter(({ row }) => outbox.snapshot(row.snapshot?.sha256 ?? "") !== null);
  expect(kept.length + declared(rows, "snapshot")).toBe(60);
  const doubtful = kept.filter(({ row }) => "score" in row && row.score < 0.5).length;
  expect(doubtful).toBeGreaterThan(kept.length / 2);
  expect(outbox.figures().bytes).toBeLessThanOrEqual(400_000);
});

test("over budget, improved rows go with their snapshots before any other snapshot", () => {
  reopen(600_000);
  const began = Array.from({ length: 10 }, () => entry("began", { jpegBytes: 20_000 }));
  for (const each of began) outbox.append(each);
  const improved = Array.from({ length: 40 }, () => entry("improved", { jpegBytes: 20_000 }));
  for (const each of improved) outbox.append(each);
  const isHere = ({ row }: NewRow) => outbox.snapshot(row.snapshot?.sha256 ?? "") !== null;
  expect(began.every(isHere)).toBe(true);
  const rows = allRows();
  const left = rows.filter((row) => row.kind === "improved").length;
  expect(declared(rows, "improved")).toBe(40 - left);
  expect(declared(rows, "snapshot")).toBe(40 - left);
  expect(improved.filter(isHere)).toHaveLength(left);
  expect(isHere(improved[0] as NewRow)).toBe(false);
  expect(outbox.figures().bytes).toBeLessThanOrEqual(600_000);
});

test("improved rows behind thousands of rows that must stay are dropped too, into few gap rows", () => {
  const fileBudget = 3_500_000;
  reopen(fileBudget);
  const path = join(dataDir, "outbox.sqlite");
  const bulk = new Database(path);
  const insert = bulk.prepare("INSERT INTO outbox (seq, row) VALUES (?, ?)");
  const text = JSON.stringify(entry("began").row);
  bulk.transaction(() => {
    for (let seq = 1; seq <= 6000; seq++) insert.run(seq, text);
    bulk.prepare("UPDATE meta SET value = '6000' WHERE key = 'last_seq'").run();
  })();
  bulk.close();
  reopen(fileBudget);
  const eventId = uuidv7();
  for (let i = 0; i < 3000; i++) outbox.append(entry("improved", { eventId }));
  expect(outbox.figures().bytes).toBeLessThanOrEqual(fileBudget);
  const rows = allRows();
  expect(rows.filter((row) => row.kind === "began")).toHaveLength(6000);
  expect(rows.filter((row) => row.kind === "gap")).toHaveLength(1);
  const left = rows.filter((row) => row.kind === "improved").length;
  expect(left + declared(rows, "improved")).toBe(3000);
});

test("snapshots that nobody ever asks for do not fill the disk", () => {
  reopen(400_000);
  for (let i = 0; i < 200; i++) {
    outbox.append(entry("began", { jpegBytes: 20_000 }));
    outbox.ack(outbox.position().lastSeq);
    expect(outbox.figures().bytes).toBeLessThanOrEqual(400_000);
  }
});

test("in a new epoch a snapshot still belongs to its row", () => {
  const [old, twice] = [uuidv7(), uuidv7()];
  const acked = entry("began", { eventId: old, jpegBytes: 100 });
  const first = entry("began", { eventId: twice, jpegBytes: 100 });
  const second = entry("improved", { eventId: twice, jpegBytes: 100 });
  for (const each of [acked, entry("began"), first, second]) outbox.append(each);
  outbox.ack(2);
  outbox.beginEpoch();
  const better = entry("improved", { eventId: old, jpegBytes: 100 });
  expect(outbox.append(better)).toBe(3);
  const isHere = ({ row }: NewRow) => outbox.snapshot(row.snapshot?.sha256 ?? "") !== null;
  outbox.ack(1);
  expect([acked, first, second, better].map(isHere)).toEqual([true, true, true, true]);
  outbox.ack(2);
  expect([acked, first, second, better].map(isHere)).toEqual([true, false, true, true]);
  outbox.ack(3);
  expect([acked, first, second, better].map(isHere)).toEqual([false, false, true, true]);
});

test("the number of rows is kept through appends, drops, acknowledgements and failed writes", () => {
  const inFile = () => {
    const reader = new Database(join(dataDir, "outbox.sqlite"), { readonly: true });
    const found = reader.prepare("SELECT count(*) AS n FROM outbox").get() as { n: number };
    reader.close();
    return found.n;
  };
  const isTrue = () => expect(outbox.figures().rows).toBe(inFile());
  reopen(200_000);
  for (let i = 0; i < 400; i++) outbox.append(entry(i % 4 === 0 ? "began" : "improved"));
  isTrue();
  const other = new Database(join(dataDir, "outbox.sqlite"));
  other.exec("BEGIN IMMEDIATE");
  expect(() => outbox.append(entry("began"))).toThrow();
  other.exec("ROLLBACK");
  other.close();
  isTrue();
  outbox.ack(60);
  isTrue();
  outbox.beginEpoch();
  isTrue();
  reopen(100_000);
  const fill = () => {
    for (;;) outbox.append(entry("began"));
  };
  expect(fill).toThrow(expect.objectContaining({ code: "OUTBOX_DISK_FULL" }));
  isTrue();
});

test("a file of version 1 gets what is new and keeps its snapshots", () => {
  const kept = entry("began", { jpegBytes: 100 });
  outbox.append(kept);
  outbox.stop();
  const old = new Database(join(dataDir, "outbox.sqlite"));
  old.exec("DROP INDEX snapshots_by_score; ALTER TABLE snapshots DROP COLUMN score");
  old.pragma("user_version = 1");
  old.close();
  outbox.start();
  outbox.append(entry("began", { jpegBytes: 100 }));
  expect(outbox.snapshot(kept.row.snapshot?.sha256 ?? "")).toEqual(Buffer.alloc(100, 7));
});
