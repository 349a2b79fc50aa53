import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TrackRow } from "@sentinel/protocol/event-batch";
import { v7 as uuidv7 } from "uuid";
import { expect, onTestFinished, test } from "vitest";
import { Outbox } from "../outbox/outbox.ts";
import { SnapshotUploader } from "./snapshot-uploader.ts";

const SHA256 = "b".repeat(64);

/** An outbox with one snapshot, and a server that counts what is put there. */
async function setUp() {
  const dataDir = mkdtempSync(join(tmpdir(), "sentinel-uploader-"));
  const outbox = new Outbox({ dataDir, maxBytes: 1 << 30 });
  outbox.start();
  const row: TrackRow = {
    kind: "began",
    eventId: uuidv7(),
    cameraId: "gate-1",
    createdAt: 1,
    capturedAt: 1,
    startedAt: 1,
    endedAt: null,
    classId: 0,
    className: "person",
    score: 0.8,
    box: [0, 0, 1, 1],
    frames: 1,
    modelDigest: "a".repeat(64),
    snapshot: { sha256: SHA256, sizeBytes: 3, width: 1, height: 1, crop: [0, 0, 1, 1] },
    endReason: null,
  };
  outbox.append({ row, jpeg: Uint8Array.of(1, 2, 3) });
  const puts: string[] = [];
  const server = createServer((request, response) => {
    puts.push(request.url ?? "");
    request.resume().on("end", () => setTimeout(() => response.end(), 100));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const uploader = new SnapshotUploader(outbox);
  onTestFinished(() => {
    uploader.stop();
    server.close();
    outbox.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { uploader, outbox, puts, url: (path: string) => `http://127.0.0.1:${port}/${path}` };
}

test("asked for several times, a snapshot is put once and then gone here", async () => {
  const { uploader, outbox, puts, url } = await setUp();
  const to = { url: url("a"), expiresAt: Date.now() + 60_000 };
  await Promise.all([uploader.upload(SHA256, to), uploader.upload(SHA256, to)]);
  expect(puts).toEqual(["/a"]);
  expect(outbox.snapshot(SHA256)).toBeNull();
  await expect(uploader.upload(SHA256, to)).rejects.toMatchObject({ code: "SNAPSHOT_GONE" });
});

test("an address that expired while the snapshot waited is not used", async () => {
  const { uploader, puts, url } = await setUp();
  const late = { url: url("late"), expiresAt: Date.now() - 1 };
  await expect(uploader.upload(SHA256, late)).rejects.toMatchObject({ code: "COMMAND_EXPIRED" });
  expect(puts).toEqual([]);
});
