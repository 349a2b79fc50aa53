import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { MinioBlobStore } from "./minio-blob-store.ts";

let server: Server;
let store: MinioBlobStore;
const sockets = new Set<Socket>();

afterEach(async () => {
  store.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** An endpoint that holds one object of ten bytes; `answer` says how it sends it. */
async function storeOf(answer: (response: ServerResponse) => void): Promise<void> {
  server = createServer((request, response) => {
    response.setHeader("content-length", 10);
    response.setHeader("last-modified", new Date(0).toUTCString());
    response.setHeader("etag", '"00000000000000000000000000000000"');
    if (request.method === "HEAD") response.end();
    else answer(response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  store = new MinioBlobStore({
    access: {
      endpoint: `http://127.0.0.1:${port}`,
      accessKey: "key",
      secretKey: "secret",
      region: "us-east-1",
    },
    bucket: "bucket",
    logger: pino({ level: "silent" }),
    answerMs: 300,
    bodyMs: 300,
  });
}

/** Waits until the endpoint has no connection that an answer is on. */
async function untilDropped(): Promise<void> {
  while (sockets.size > 0) await delay(20);
}

test("an object that nobody reads is let go without harm; one that is read comes whole", async () => {
  await storeOf((response) => response.end("0123456789"));
  const blob = await store.read("key");
  await delay(500);
  expect(blob?.sizeBytes).toBe(10);
  const again = await store.read("key");
  expect(again === null ? null : await text(again.stream)).toBe("0123456789");
});

test("an endpoint that falls silent within an object is given up, and its connection too", async () => {
  await storeOf((response) => response.write("01234"));
  const blob = await store.read("key");
  if (blob === null) throw new Error("there is an object");
  await expect(text(blob.stream)).rejects.toMatchObject({ code: "BLOBS_UNREACHABLE" });
  expect(blob.stream.destroyed).toBe(true);
  await untilDropped();
});

test("an object that comes after its reader has gone is let go", async () => {
  await storeOf((response) => void setTimeout(() => response.write("01234"), 600));
  await expect(store.read("key")).rejects.toMatchObject({ code: "BLOBS_UNREACHABLE" });
  await delay(400);
  await untilDropped();
});

test("presigned addresses are for the name that others know, without asking anybody", async () => {
  await storeOf((response) => response.end("0123456789"));
  const access = { endpoint: "http://minio:9000", accessKey: "key", secretKey: "secret" };
  const publicEndpoint = "https://s3.example.com";
  const stores = [{}, { publicEndpoint }].map(
    (more) =>
      new MinioBlobStore({
        access: { ...access, ...more, region: "us-east-1" },
        bucket: "bucket",
        logger: pino({ level: "silent" }),
      }),
  );
  const puts = await Promise.all(stores.map((one) => one.presignPut("key", 60)));
  const gets = await Promise.all(stores.map((one) => one.presignGet("key", 60)));
  for (const [inside, outside] of [puts, gets]) {
    expect(inside).toMatch(/^http:\/\/minio:9000\/bucket\/key\?X-Amz-/);
    expect(outside).toMatch(/^https:\/\/s3\.example\.com\/bucket\/key\?X-Amz-/);
    // The name is part of what is signed.
    const signature = (url = "") => new URL(url).searchParams.get("X-Amz-Signature");
    expect(signature(outside)).not.toBe(signature(inside));
  }
});
