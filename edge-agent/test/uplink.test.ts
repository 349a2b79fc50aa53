import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Desired } from "@sentinel/protocol/desired";
import type { OnlineStatus } from "@sentinel/protocol/status";
import { expect, onTestFinished, test } from "vitest";
import { allocateFrame } from "../src/decode/rgb-frame.ts";
import { FaultLog } from "../src/fault-log.ts";
import { openLog } from "../src/log.ts";
import { Outbox } from "../src/outbox/outbox.ts";
import { Uplink } from "../src/uplink/uplink.ts";
import { trackRow } from "./rows.ts";
import { TestBroker } from "./test-broker.ts";
import { temporaryFolder } from "./video-fixtures.ts";
import { waitUntil } from "./wait-until.ts";

const NODE = "node-1";

interface Edge {
  outbox: Outbox;
  uplink: Uplink;
  logged: string[];
  desired: Desired[];
  /** Writes rows as the agent does. */
  write(count: number): void;
}

function startEdge(url: string, options: { password?: string; dataDir?: string } = {}): Edge {
  const outbox = new Outbox({ dataDir: options.dataDir ?? temporaryFolder(), maxBytes: 1 << 28 });
  outbox.start();
  const logged: string[] = [];
  const desired: Desired[] = [];
  const log = openLog(NODE, "info", { write: (line) => void logged.push(line) });
  const faults = new FaultLog(log);
  const uplink = new Uplink({
    broker: { url, password: options.password },
    nodeId: NODE,
    outbox,
    status: (): OnlineStatus => ({
      online: true,
      nodeId: NODE,
      at: Date.now(),
      agentVersion: "0.1.0",
      startedAt: 1_700_000_000_000,
      epoch: outbox.figures().epoch,
      lastSeq: outbox.figures().lastSeq,
      model: null,
      cameras: [],
      labels: {},
      modelReport: null,
      cameraReport: null,
    }),
    pendingRows: () => outbox.figures().rows,
    hasCamera: (cameraId) => cameraId === "gate-1",
    onDesired: (wanted) => void desired.push(wanted),
    actions: { offerModel: () => undefined, probeCamera: () => Promise.reject(new Error("no")) },
    faults,
    log,
  });
  uplink.start();
  onTestFinished(async () => {
    await uplink.stop();
    faults.stop();
    outbox.stop();
  });
  const write = (count: number) => {
    for (let i = 0; i < count; i++) outbox.append({ row: trackRow(), jpeg: null });
    uplink.wake();
  };
  return { outbox, uplink, logged, desired, write };
}

const seqsOf = (broker: TestBroker) => broker.rows.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

test("every row is committed once and in order, and deleted on acknowledgement only", async () => {
  const broker = await TestBroker.start(NODE);
  const { outbox, write } = startEdge(broker.url);
  write(350);
  await waitUntil("350 rows are committed", () => broker.rows.length === 350);
  write(3);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
  expect(seqsOf(broker)).toEqual(upTo(353));
  expect(broker.repeatedRows).toBe(0);
  expect(broker.invalid).toEqual([]);
  expect(Math.max(...broker.batches.map(({ rows }) => rows.length))).toBe(100);
});

test("nothing is deleted while the cloud is silent, and no more than the window is sent", async () => {
  const broker = await TestBroker.start(NODE);
  broker.onBatch = () => undefined;
  const { outbox, write } = startEdge(broker.url);
  write(900);
  await waitUntil("the window is full", () => broker.batches.length >= 4);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(broker.batches).toHaveLength(4);
  expect(outbox.figures()).toMatchObject({ rows: 900, ackedSeq: 0 });
});

test("a batch that the cloud lost is sent again from the watermark", async () => {
  const broker = await TestBroker.start(NODE);
  let lost = 0;
  broker.onBatch = (batch, commit) => {
    if (batch.firstSeq === 101 && lost === 0) lost += 1;
    else commit();
  };
  const { outbox, write } = startEdge(broker.url);
  write(400);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
  expect(lost).toBe(1);
  expect(seqsOf(broker)).toEqual(upTo(400));
});

test("an acknowledgement that never came is asked for again after five seconds", async () => {
  const broker = await TestBroker.start(NODE);
  let swallowed = 0;
  broker.onBatch = (_batch, commit) => {
    if (swallowed === 0) swallowed += 1;
    else commit();
  };
  const { outbox, write } = startEdge(broker.url);
  write(1);
  await waitUntil("the row is committed", () => outbox.figures().rows === 0);
  expect(broker.batches).toHaveLength(2);
});

test("connections that break all the time lose nothing and double nothing", async () => {
  const broker = await TestBroker.start(NODE);
  const { outbox, write } = startEdge(broker.url);
  await waitUntil("it is connected", () => broker.statuses.length > 0);
  for (let round = 0; round < 4; round++) {
    write(150);
    await new Promise((resolve) => setTimeout(resolve, 60 + round * 40));
    broker.cut();
  }
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0, 40_000);
  expect(seqsOf(broker)).toEqual(upTo(600));
  expect(broker.invalid).toEqual([]);
});

test("a broker that is away at the start is found when it comes", async () => {
  const first = await TestBroker.start(NODE);
  const { port } = first;
  await first.stop();
  const { outbox, write, logged } = startEdge(`mqtt://127.0.0.1:${port}`);
  write(5);
  await waitUntil("the fault is told", () =>
    logged.some((line) => line.includes("UPLINK_UNREACHABLE")),
  );
  const broker = await TestBroker.start(NODE, port);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0, 30_000);
  expect(seqsOf(broker)).toEqual(upTo(5));
});

test("a wrong password is told with its own code, and tried again", async () => {
  const broker = await TestBroker.start(NODE);
  broker.password = "right";
  const { logged, outbox, write } = startEdge(broker.url, { password: "wrong" });
  write(1);
  await waitUntil("it is refused", () => logged.some((line) => line.includes("UPLINK_REFUSED")));
  expect(logged.join("")).not.toContain("wrong");
  broker.password = "wrong";
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
});

test("a cloud that lost committed rows is told what is gone, and then has all that is left", async () => {
  const broker = await TestBroker.start(NODE);
  const { outbox, write } = startEdge(broker.url);
  write(10);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
  const { epoch } = outbox.figures();
  broker.watermarks.set(epoch, 4);
  broker.committed.set(epoch, (broker.committed.get(epoch) ?? []).slice(0, 4));
  write(2);
  await waitUntil("the outbox is empty again", () => outbox.figures().rows === 0);
  expect(
    broker.rows.slice(4).map(({ seq, throughSeq, row }) => [seq, throughSeq, row.kind]),
  ).toEqual([
    [5, 10, "gap"],
    [11, 11, "began"],
    [12, 12, "began"],
  ]);
});

test("one old acknowledgement that comes late changes nothing", async () => {
  const broker = await TestBroker.start(NODE);
  const { outbox, write } = startEdge(broker.url);
  write(10);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
  const { epoch } = outbox.figures();
  broker.acknowledge(epoch, 3);
  write(2);
  await waitUntil("the outbox is empty again", () => outbox.figures().rows === 0);
  broker.acknowledge(epoch, 3);
  write(2);
  await waitUntil("the outbox is empty once more", () => outbox.figures().rows === 0);
  expect(seqsOf(broker)).toEqual(upTo(14));
  expect(broker.rows.every(({ row }) => row.kind === "began")).toBe(true);
});

test("acknowledgements of another epoch, and such that make no sense, are ignored", async () => {
  const broker = await TestBroker.start(NODE);
  broker.onBatch = () => undefined;
  const { outbox, write, logged } = startEdge(broker.url);
  write(3);
  await waitUntil("it is sent", () => broker.batches.length === 1);
  broker.acknowledge("01890a5d-ac96-774b-bcce-b302099a8057", 3);
  broker.sendRaw("acks", '{"epoch": "x", "committedSeq": -1}');
  broker.sendRaw("acks", "not json");
  broker.sendRaw("commands", '{"type":"reboot"}');
  await waitUntil("they are told", () =>
    logged.some((line) => line.includes("a command was ignored")),
  );
  expect(outbox.figures()).toMatchObject({ rows: 3, ackedSeq: 0 });
});

test("an outbox that is an old copy goes on in a new epoch with all that it still has", async () => {
  const broker = await TestBroker.start(NODE);
  const { outbox, write } = startEdge(broker.url);
  const { epoch } = outbox.figures();
  broker.watermarks.set(epoch, 50);
  write(3);
  await waitUntil("the outbox is empty", () => outbox.figures().rows === 0);
  const after = outbox.figures();
  expect(after.epoch).not.toBe(epoch);
  expect(broker.committed.get(after.epoch)?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("the broker says that the node is gone, also where it went without a word", async () => {
  const broker = await TestBroker.start(NODE);
  const { uplink } = startEdge(broker.url);
  await waitUntil("it is online", () => broker.statuses.at(-1)?.online === true);
  await uplink.stop();
  await waitUntil("it said goodbye", () => broker.statuses.at(-1)?.online === false);
});

/** A bucket that takes what is put and keeps it. */
async function startBucket(status = 200) {
  const puts: { url: string; type: string | undefined; body: Buffer }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    puts.push({
      url: request.url ?? "",
      type: request.headers["content-type"],
      body: Buffer.concat(chunks),
    });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { puts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function writeSnapshot(outbox: Outbox): { sha256: string; jpeg: Buffer } {
  const jpeg = randomBytes(30_000);
  const sha256 = createHash("sha256").update(jpeg).digest("hex");
  const snapshot = {
    sha256,
    sizeBytes: jpeg.length,
    width: 10,
    height: 10,
    crop: [0, 0, 1, 1] as [number, number, number, number],
  };
  outbox.append({ row: trackRow({ snapshot }), jpeg });
  return { sha256, jpeg };
}

test("a snapshot is put where the cloud asks for it, answered and deleted", async () => {
  const broker = await TestBroker.start(NODE);
  const bucket = await startBucket();
  const { outbox } = startEdge(broker.url);
  const { sha256, jpeg } = writeSnapshot(outbox);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  const ask = {
    type: "upload-snapshot" as const,
    sha256,
    url: `${bucket.url}/s/${sha256}.jpg?X-Amz-Signature=secret`,
  };
  const [first, second] = [randomUUID(), randomUUID()];
  broker.command({ ...ask, id: first, expiresAt: Date.now() + 60_000 });
  await waitUntil("it is answered", () => broker.replies.length === 1);
  expect(bucket.puts).toEqual([
    { url: `/s/${sha256}.jpg?X-Amz-Signature=secret`, type: "image/jpeg", body: jpeg },
  ]);
  expect(outbox.snapshot(sha256)).toBeNull();
  broker.command({ ...ask, id: second, expiresAt: Date.now() + 60_000 });
  await waitUntil("it is answered again", () => broker.replies.length === 2);
  expect(broker.replies).toMatchObject([
    { id: first, type: "upload-snapshot", fault: null },
    { id: second, fault: { code: "SNAPSHOT_GONE" } },
  ]);
});

test("an upload that is refused keeps the snapshot, and its answer shows no signature", async () => {
  const broker = await TestBroker.start(NODE);
  const bucket = await startBucket(403);
  const { outbox, logged } = startEdge(broker.url);
  const { sha256 } = writeSnapshot(outbox);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  const ask = { type: "upload-snapshot" as const, sha256, expiresAt: Date.now() + 60_000 };
  broker.command({ ...ask, id: randomUUID(), url: `${bucket.url}/a?X-Amz-Signature=secret` });
  broker.command({ ...ask, id: randomUUID(), url: "http://127.0.0.1:9/a?X-Amz-Signature=secret" });
  await waitUntil("they are answered", () => broker.replies.length === 2);
  expect(broker.replies.map(({ fault }) => fault?.code)).toEqual([
    "SNAPSHOT_UPLOAD_FAILED",
    "SNAPSHOT_UPLOAD_FAILED",
  ]);
  expect(JSON.stringify(broker.replies) + logged.join("")).not.toContain("secret");
  expect(outbox.snapshot(sha256)).not.toBeNull();
});

test("a command that comes too late is not carried out", async () => {
  const broker = await TestBroker.start(NODE);
  const bucket = await startBucket();
  const { outbox } = startEdge(broker.url);
  const { sha256 } = writeSnapshot(outbox);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  broker.command({
    id: randomUUID(),
    type: "upload-snapshot",
    sha256,
    url: bucket.url,
    expiresAt: Date.now() - 1,
  });
  await waitUntil("it is answered", () => broker.replies.length === 1);
  expect(broker.replies[0]?.fault?.code).toBe("COMMAND_EXPIRED");
  expect(bucket.puts).toEqual([]);
});

test("previews come only of cameras that are watched, and only until then", async () => {
  const broker = await TestBroker.start(NODE);
  const { uplink } = startEdge(broker.url);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  const show = async (cameraId: string, frameNumber: number) => {
    const picture = allocateFrame(1280, 720);
    const frame = {
      cameraId,
      frameNumber,
      capturedAt: 1_700_000_000_000,
      picture,
      release: () => undefined,
    };
    await uplink.preview(frame, [
      { classId: 0, className: "person", score: 0.5, box: [0, 0, 0.5, 0.5] },
    ]);
  };
  await show("gate-1", 1);
  const untilAt = Date.now() + 1500;
  broker.command({
    id: randomUUID(),
    type: "watch",
    // The node has no gate-2: naming it changes nothing.
    cameraIds: ["gate-1", "gate-2"],
    untilAt,
    expiresAt: untilAt,
  });
  await waitUntil("it is answered", () => broker.replies.length === 1);
  await show("gate-1", 2);
  await show("gate-2", 3);
  await waitUntil("the preview came", () => broker.previews.length > 0);
  await waitUntil("the watch is over", () => Date.now() > untilAt);
  await show("gate-1", 4);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(broker.previews).toMatchObject([
    {
      cameraId: "gate-1",
      frameNumber: 2,
      width: 640,
      height: 360,
      detections: [{ className: "person" }],
    },
  ]);
  expect(broker.invalid).toEqual([]);
});

test("a snapshot that was replaced meanwhile is answered, and is no warning", async () => {
  const broker = await TestBroker.start(NODE);
  const { logged } = startEdge(broker.url);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  broker.command({
    id: randomUUID(),
    type: "upload-snapshot",
    sha256: "0".repeat(64),
    url: "http://127.0.0.1:9/s",
    expiresAt: Date.now() + 60_000,
  });
  await waitUntil("it is answered", () => broker.replies.length === 1);
  expect(broker.replies[0]?.fault?.code).toBe("SNAPSHOT_GONE");
  expect(logged.join("")).not.toContain("SNAPSHOT_GONE");
});

test("desired state that makes no sense, or is another node's, is told and ignored", async () => {
  const broker = await TestBroker.start(NODE);
  const { desired, logged } = startEdge(broker.url);
  await waitUntil("it is online", () => broker.statuses.length > 0);
  broker.sendRaw("desired", "");
  broker.sendRaw("desired", "not json");
  broker.sendRaw("desired", '{"nodeId": 7}');
  broker.desire({ nodeId: "node-2" });
  broker.desire({ cameraRevision: 4 });
  await waitUntil("the good one came", () => desired.length === 1);
  expect(desired[0]?.cameraRevision).toBe(4);
  expect(logged.filter((line) => line.includes("UPLINK_MESSAGE_INVALID"))).toHaveLength(2);
});
