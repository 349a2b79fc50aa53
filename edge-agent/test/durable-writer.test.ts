import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { FaultLog } from "../src/fault-log.ts";
import { openLog } from "../src/log.ts";
import { DurableWriter } from "../src/outbox/durable-writer.ts";
import { Outbox } from "../src/outbox/outbox.ts";
import { trackRow } from "./rows.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

/** A writer on a file that another program can lock, as a disk that refuses to be written. */
function openWriter() {
  const dataDir = temporaryFolder();
  const outbox = new Outbox({ dataDir, maxBytes: 1 << 28 });
  outbox.start();
  const logged: string[] = [];
  const faults = new FaultLog(openLog("node", "info", { write: (line) => void logged.push(line) }));
  let written = 0;
  const writer = new DurableWriter({ outbox, faults, onWritten: () => (written += 1) });
  const other = new Database(join(dataDir, "outbox.sqlite"));
  onTestFinished(() => {
    writer.stop();
    faults.stop();
    other.close();
    outbox.stop();
  });
  const read = () => outbox.read(1, { maxRows: 2000, maxBytes: 1 << 30 })?.rows ?? [];
  const write = (kind: "began" | "improved" | "ended") =>
    writer.write({ row: trackRow({ kind }), jpeg: null });
  return { writer, write, read, other, logged, written: () => written };
}

test("rows go straight into the file while the disk takes them", () => {
  const { writer, write, read, written } = openWriter();
  write("began");
  write("improved");
  expect(writer.heldRows).toBe(0);
  expect(read().map(({ kind }) => kind)).toEqual(["began", "improved"]);
  expect(written()).toBe(2);
});

test("while the disk refuses, rows wait in order; what is dropped is said when it works again", async () => {
  const { writer, write, read, other, logged } = openWriter();
  write("began");
  other.exec("BEGIN IMMEDIATE");
  for (const kind of ["began", "improved", "improved", "ended"] as const) write(kind);
  expect(writer.heldRows).toBe(2);
  expect(logged.some((line) => line.includes("OUTBOX_LOCKED"))).toBe(true);
  other.exec("ROLLBACK");
  await waitUntil("it was tried again", () => writer.heldRows === 0);
  expect(read()).toMatchObject([
    { kind: "began" },
    { kind: "gap", throughSeq: 2, reason: "disk-error", dropped: { improved: 2 } },
    { kind: "began" },
    { kind: "ended" },
  ]);
  write("ended");
  expect(read()).toHaveLength(5);
});

test("what is held is bounded, and what is beyond is counted by kind", async () => {
  const { writer, write, read, other } = openWriter();
  other.exec("BEGIN IMMEDIATE");
  for (let i = 0; i < 1005; i++) write("began");
  for (let i = 0; i < 3; i++) write("ended");
  expect(writer.heldRows).toBe(1000);
  other.exec("ROLLBACK");
  expect(writer.flush()).toBe(true);
  expect(read()[0]).toMatchObject({ kind: "gap", dropped: { began: 5, ended: 3 } });
  expect(read()).toHaveLength(1001);
});

test("what could not be written by the end is told", () => {
  const { writer, write, other } = openWriter();
  other.exec("BEGIN IMMEDIATE");
  write("began");
  expect(writer.stop()).toBe(1);
  other.exec("ROLLBACK");
});
