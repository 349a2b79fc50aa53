import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { EmbeddedPostgres } from "../src/postgres/embedded-postgres.ts";
import { processFacts } from "../src/postgres/process-facts.ts";

const HOLDER = fileURLToPath(new URL("postgres-holder.ts", import.meta.url));

let dataDir = "";
let cleanups: (() => Promise<unknown> | unknown)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sentinel-postgres-"));
  cleanups = [() => rmSync(dataDir, { recursive: true, force: true })];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function embedded(options: { port?: number } = {}): EmbeddedPostgres {
  const postgres = new EmbeddedPostgres({ dataDir, ...options });
  cleanups.push(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < 20_000; await delay(20)) {
    if (await holds()) return;
  }
  throw new Error(`never came true: ${what}`);
}

/** Runs a server in a child process; `wrapper` says as whom or where. */
async function holder(
  wrapper: readonly string[] = [],
): Promise<{ child: ChildProcess; url: string; pid: number }> {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, HOLDER, dataDir];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  cleanups.push(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });
  await until("the child prints its line", () => stdout.includes("\n") || child.exitCode !== null);
  if (!stdout.includes("\n")) throw new Error(stderr);
  const server = JSON.parse(stdout) as { url: string; pid: number };
  // The server outlives a killed parent by some milliseconds, and still writes.
  cleanups.splice(1, 0, () => until("the server is gone", () => processFacts(server.pid) === null));
  return { child, ...server };
}

test("the run's shared server is durable and answers", async () => {
  const rows = await query(
    inject("postgresUrl"),
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums', 'listen_addresses', 'unix_socket_directories') ORDER BY name",
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    data_checksums: "on",
    fsync: "on",
    full_page_writes: "on",
    listen_addresses: "127.0.0.1",
    synchronous_commit: "on",
    unix_socket_directories: "",
  });
});

test("rows are there after stop and start, and no process or lock is left", async () => {
  const first = embedded();
  const { url } = await first.start();
  const { pid } = first;
  await query(url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('Größe')");
  await first.stop();
  expect(first.pid).toBeNull();
  expect(processFacts(pid ?? 0)).toBeNull();
  expect(existsSync(join(dataDir, "cluster", "postmaster.pid"))).toBe(false);
  const second = await embedded().start();
  expect(await query(second.url, "SELECT upper(word) AS word FROM kept")).toEqual([
    { word: "GRÖßE" },
  ]);
});

test("only the password opens it, and only the owner may read the password", async () => {
  const { url } = await embedded().start();
  const wrong = new URL(url);
  wrong.password = "wrong";
  await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  const passwordFile = join(dataDir, "password");
  expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
  expect(url).toContain(readFileSync(passwordFile, "utf8").trim());
});

test("the server ends with its parent, also by kill -9, and what was committed is there", async () => {
  const { child, url, pid } = await holder();
  await query(url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
  child.kill("SIGKILL");
  await once(child, "exit");
  const { url: next } = await embedded().start();
  expect(processFacts(pid)).toBeNull();
  expect(await query(next, "SELECT n FROM kept")).toEqual([{ n: 42 }]);
});

test("a server whose parent is alive is not taken away", async () => {
  const { child, url } = await holder();
  await expect(embedded().start()).rejects.toMatchObject({
    code: "POSTGRES_IN_USE",
    message: expect.stringContaining(`process ${child.pid} `),
  });
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a left-over server that did not notice its parent's death is stopped", async () => {
  const first = embedded();
  const { url } = await first.start();
  const { pid } = first;
  await query(url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
  // As if another program, now dead, had started it.
  writeFileSync(join(dataDir, "owner"), "2147483646");
  const second = embedded();
  const { url: next } = await second.start();
  expect(second.pid).not.toBe(pid);
  expect(processFacts(pid ?? 0)).toBeNull();
  expect(await query(next, "SELECT n FROM kept")).toEqual([{ n: 7 }]);
});

test("kill -9 of server: started again on the same address, committed rows there", async () => {
  const postgres = embedded();
  const { url } = await postgres.start();
  await query(url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");
  const { pid } = postgres;
  process.kill(pid ?? 0, "SIGKILL");
  await until("it answers again", async () => {
    try {
      return (await query(url, "SELECT n FROM kept"))[0]?.n === 1;
    } catch {
      return false;
    }
  });
  expect(postgres.pid).not.toBe(pid);
});

test.each([
  ["somebody else's process", () => String(process.pid)],
  ["no process", () => "2147483646"],
  ["nothing readable", () => "garbage"],
])("a stale lock file that names %s does not keep it from starting", async (_what, pid) => {
  const first = embedded();
  await first.start();
  await first.stop();
  writeFileSync(
    join(dataDir, "cluster", "postmaster.pid"),
    `${pid()}\n${join(dataDir, "cluster")}\n1700000000\n5432\n\n127.0.0.1\n`,
  );
  const { url } = await embedded().start();
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a stale lock file that names a zombie does not keep it from starting", async () => {
  const first = embedded();
  await first.start();
  await first.stop();
  // A shell whose child ends after exec has replaced the shell, so that nobody waits for it.
  const parent = spawn("sh", ["-c", "sleep 2 & echo $!; exec sleep 30"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  cleanups.push(() => parent.kill("SIGKILL"));
  const [line] = await once(parent.stdout, "data");
  const zombie = Number(String(line));
  await until("the child is a zombie", () =>
    / Z /.test(readFileSync(`/proc/${zombie}/stat`, "utf8")),
  );
  writeFileSync(
    join(dataDir, "cluster", "postmaster.pid"),
    `${zombie}\n${join(dataDir, "cluster")}\n1700000000\n5432\n`,
  );
  const { url } = await embedded().start();
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a cluster that was half made by a killed predecessor is made anew", async () => {
  const { child } = await holder();
  child.kill("SIGKILL");
  await once(child, "exit");
  rmSync(join(dataDir, "cluster", "PG_VERSION"), { force: true });
  await until("the server is gone", () => !existsSync(join(dataDir, "cluster", "postmaster.pid")));
  const { url } = await embedded().start();
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a port in use is named", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  cleanups.push(() => other.close());
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await expect(embedded({ port }).start()).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: expect.stringContaining(String(port)),
  });
});

test("a data directory that cannot be made is named", async () => {
  writeFileSync(join(dataDir, "file"), "");
  const postgres = new EmbeddedPostgres({ dataDir: join(dataDir, "file", "below") });
  await expect(postgres.start()).rejects.toMatchObject({ code: "DATA_DIR_NOT_WRITABLE" });
  const inProc = new EmbeddedPostgres({ dataDir: "/proc/sentinel" });
  await expect(inProc.start()).rejects.toMatchObject({ code: "DATA_DIR_NOT_WRITABLE" });
});

test("a lost or wrong password is named", async () => {
  const first = embedded();
  await first.start();
  await first.stop();
  writeFileSync(join(dataDir, "password"), "wrong\n");
  await expect(embedded().start()).rejects.toMatchObject({ code: "POSTGRES_PASSWORD_LOST" });
  rmSync(join(dataDir, "password"));
  await expect(embedded().start()).rejects.toMatchObject({ code: "POSTGRES_PASSWORD_LOST" });
});

test("works as an ordinary user", async () => {
  const { child, url } = await holder(["unshare", "--user", "--map-user=1000", "--map-group=1000"]);
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(existsSync(join(dataDir, "cluster", "postmaster.pid"))).toBe(false);
});

test.runIf(process.getuid?.() === 0)(
  "works as root where user namespaces cannot be had",
  async () => {
    const bin = mkdtempSync(join(tmpdir(), "sentinel-path-"));
    cleanups.push(() => rmSync(bin, { recursive: true }));
    symlinkSync("/usr/bin/setpriv", join(bin, "setpriv"));
    const { child, url, pid } = await holder(["/usr/bin/env", `PATH=${bin}`]);
    expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/Uid:\t65534/);
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    child.kill("SIGKILL");
    await until("the server ends with its parent", () => processFacts(pid) === null);
    const { url: next } = await embedded().start();
    expect(await query(next, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  },
);

test("a disk that is full is named, and nothing half-made stays", async () => {
  const mounted = `mount -t tmpfs -o size=20m tmpfs ${dataDir} && exec ${process.execPath} ${HOLDER} ${dataDir}`;
  const child = spawn("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", mounted], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(stderr).toMatch(/DISK_FULL.*no space left/);
});
