import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "minio";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ACCESS_KEY, BUCKET, REGION, SECRET_KEY, startS3 } from "./s3-fixture.ts";

const HOLDER = fileURLToPath(new URL("s3-holder.ts", import.meta.url));

let dataDir = "";
let children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sentinel-s3-"));
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(dataDir, { recursive: true, force: true });
});

async function holder(): Promise<{ child: ChildProcess; client: Client }> {
  const child = spawn(process.execPath, [HOLDER, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = await once(child.stdout, "data");
  return { child, client: clientOf(Number(String(line))) };
}

function clientOf(port: number): Client {
  return new Client({
    endPoint: "127.0.0.1",
    port,
    useSSL: false,
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    region: REGION,
  });
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("kill -9 in the middle of an upload leaves neither half an object nor a file", async () => {
  const first = await holder();
  await first.client.putObject(BUCKET, "kept", "kept");
  const endless = new Readable({ read: () => undefined });
  endless.push(randomBytes(1_000_000));
  const upload = first.client
    .putObject(BUCKET, "half", endless, 50_000_000)
    .catch((error: unknown) => error);
  // The minio client cuts a stream of known length below its part size into one request.
  endless.push(randomBytes(1_000_000));
  await delay(500);
  await killed(first.child);
  endless.destroy(new Error("stop"));
  expect(await upload).toBeInstanceOf(Error);
  const second = await startS3({ dataDir });
  try {
    const client = clientOf(second.port);
    await expect(client.statObject(BUCKET, "half")).rejects.toMatchObject({ code: "NotFound" });
    expect((await buffer(await client.getObject(BUCKET, "kept"))).toString()).toBe("kept");
    expect(readdirSync(join(dataDir, "tmp"))).toEqual([]);
  } finally {
    await second.stop();
  }
});

test("kill -9 at any moment: what was answered is there, what is there is whole", async () => {
  const versions = Array.from({ length: 4 }, () => randomBytes(400_000));
  const whole = new Set(versions.map(sha256));
  for (let round = 0; round < 5; round += 1) {
    const { child, client } = await holder();
    const answered: string[] = [];
    let stopped = false;
    const writers = versions.map(async (bytes, writer) => {
      for (let count = 0; !stopped; count += 1) {
        const key = `round-${round}/writer-${writer}/${count}`;
        try {
          await client.putObject(BUCKET, "replaced all the time", bytes);
          await client.putObject(BUCKET, key, bytes);
          answered.push(key);
        } catch {
          return;
        }
      }
    });
    while (answered.length === 0) await delay(10);
    await delay(round * 70);
    await killed(child);
    stopped = true;
    await Promise.all(writers);
    const again = await startS3({ dataDir });
    try {
      const reader = clientOf(again.port);
      for (const key of ["replaced all the time", ...answered]) {
        expect(whole).toContain(sha256(await buffer(await reader.getObject(BUCKET, key))));
      }
      const listed: string[] = [];
      for await (const { name } of reader.listObjectsV2(BUCKET, `round-${round}/`, true))
        listed.push(name ?? "");
      expect(listed).toEqual(expect.arrayContaining(answered));
    } finally {
      await again.stop();
    }
  }
});

test("an upload in parts goes on after kill -9", async () => {
  const first = await holder();
  const uploadId = await first.client.initiateNewMultipartUpload(BUCKET, "parts", {});
  await killed(first.child);
  const second = await startS3({ dataDir });
  try {
    await clientOf(second.port).abortMultipartUpload(BUCKET, "parts", uploadId);
  } finally {
    await second.stop();
  }
});

test("a disk that is full is told, and the endpoint goes on", async () => {
  const script = `mount -t tmpfs -o size=3m tmpfs ${dataDir} && exec ${process.execPath} ${HOLDER} ${dataDir}`;
  const child = spawn("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [line] = await once(child.stdout, "data");
  const client = clientOf(Number(String(line)));
  await expect(client.putObject(BUCKET, "too large", randomBytes(4_000_000))).rejects.toMatchObject(
    { code: "XMinioStorageFull" },
  );
  await client.putObject(BUCKET, "small", "fits");
  expect((await buffer(await client.getObject(BUCKET, "small"))).toString()).toBe("fits");
  await expect(client.statObject(BUCKET, "too large")).rejects.toMatchObject({ code: "NotFound" });
});

test("a port in use and a folder that cannot be made are named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await expect(startS3({ dataDir, port })).rejects.toMatchObject({ code: "PORT_IN_USE" });
  other.close();
  writeFileSync(join(dataDir, "file"), "");
  await expect(startS3({ dataDir: join(dataDir, "file", "below") })).rejects.toMatchObject({
    code: "DATA_DIR_NOT_WRITABLE",
  });
});

test("stop hangs up and frees the port; start finds everything", async () => {
  const first = await startS3({ dataDir });
  await clientOf(first.port).putObject(BUCKET, "kept", "kept");
  await first.stop();
  const second = await startS3({ dataDir, port: first.port });
  expect((await buffer(await clientOf(second.port).getObject(BUCKET, "kept"))).toString()).toBe(
    "kept",
  );
  await second.stop();
});
