import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { repositoryPath } from "../src/start/repository.ts";
import { StartProcess, temporaryDataDir } from "./start-process.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function dataDir(): string {
  const folder = temporaryDataDir();
  cleanups.push(folder.dispose);
  return folder.path;
}

async function refusal(
  args: readonly string[],
): Promise<{ code: number | null; stderr: string; stdout: string }> {
  const start = new StartProcess(args);
  const { code } = await start.exited;
  return { code, stderr: start.stderr, stdout: start.stdout };
}

test("a port in use is told in one line, with what to do", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  cleanups.push(() => server.close());
  const { code, stderr } = await refusal(["--data-dir", dataDir(), "--port", String(port)]);
  expect(code).toBe(1);
  expect(stderr).toContain(`PORT_IN_USE: port ${port} is in use`);
  expect(stderr).toContain("--port");
});

test("a data directory below a file is refused and nothing is written", async () => {
  const folder = dataDir();
  const file = join(folder, "a-file");
  writeFileSync(file, "mine");
  const { code, stderr } = await refusal(["--data-dir", join(file, "data")]);
  expect(code).toBe(1);
  expect(stderr).toContain("DATA_DIR_NOT_WRITABLE");
  expect(stderr).toContain("--data-dir");
  expect(readdirSync(folder)).toEqual(["a-file"]);
});

test("a data directory without write permission is refused", async () => {
  const folder = join(dataDir(), "locked");
  mkdirSync(folder);
  chmodSync(folder, 0o555);
  // Root may write anywhere, so the start runs as nobody inside a user namespace.
  const { code, output } = await inNamespace(
    `exec "$0" "$1" start --no-open --data-dir ${folder}/data`,
    false,
  );
  expect(code).toBe(1);
  expect(output).toContain("DATA_DIR_NOT_WRITABLE");
  expect(existsSync(join(folder, "data"))).toBe(false);
});

test("a disk without space is refused before anything is half-written", async () => {
  const folder = join(dataDir(), "small");
  mkdirSync(folder);
  const { code, output } = await inNamespace(
    `mount -t tmpfs -o size=2m tmpfs ${folder} && "$0" "$1" start --no-open --data-dir ${folder}/data; code=$?; ls ${folder}/data; exit $code`,
    true,
  );
  expect(code).toBe(1);
  expect(output).toMatch(/DISK_FULL: .* MB free and needs 500 MB/);
  expect(output).not.toContain("postgres\n");
});

test("a configuration with several faults tells all of them and ends with 2", async () => {
  const folder = dataDir();
  const file = join(folder, "agent.yaml");
  writeFileSync(
    file,
    "nodeId: Not A Slug\nbogus: 1\ncameras:\n  - { id: gate, name: Gate, url: 'rtsp://127.0.0.1/x' }\n  - { id: gate, name: 7, url: 'rtsp://127.0.0.1/y' }\n",
  );
  const { code, stderr } = await refusal(["--data-dir", join(folder, "data"), "--config", file]);
  expect(code).toBe(2);
  for (const part of [file, "nodeId", "bogus", "gate", "cameras.1.name"])
    expect(stderr).toContain(part);
  expect(existsSync(join(folder, "data", "postgres"))).toBe(false);
});

test("a folder as configuration ends with 2 and one clear line", async () => {
  const folder = dataDir();
  const { code, stderr } = await refusal(["--data-dir", join(folder, "data"), "--config", folder]);
  expect(code).toBe(2);
  expect(stderr).toContain(`CONFIG_INVALID: ${folder}: is a folder; accepted:`);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a configuration far too large is refused by its size, before it is read", async () => {
  const file = join(dataDir(), "agent.yaml");
  writeFileSync(file, "#".repeat(10_000_000));
  const { code, stderr } = await refusal(["--data-dir", dataDir(), "--config", file]);
  expect(code).toBe(2);
  expect(stderr).toContain("has 10000000 bytes; accepted: at most 1048576");
});

test.each([
  [
    "ftp://user:hunter2@192.0.2.7/stream",
    "--camera ftp://***@192.0.2.7/stream: accepted: an address",
  ],
  ["rtsp://", "--camera rtsp://: accepted: an address"],
  ["", "--camera : accepted: an address"],
  [
    "192.0.2.7/stream1",
    "--camera 192.0.2.7/stream1: there is no such file; a camera's address begins",
  ],
])("the camera %j is refused before anything starts, naming the option", async (url, words) => {
  const folder = join(dataDir(), "data");
  const { code, stderr } = await refusal(["--data-dir", folder, "--camera", url]);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain("hunter2");
  expect(existsSync(folder)).toBe(false);
});

test.each([
  ["yolov9", "accepted: yolov5s-320"],
  ["missing.onnx", "there is no such file"],
])("the model %s of a configuration is refused, naming file and key", async (model, words) => {
  const file = join(dataDir(), "agent.yaml");
  writeFileSync(file, `model: ${model}\n`);
  const { code, stderr } = await refusal(["--data-dir", dataDir(), "--config", file]);
  expect(code).toBe(2);
  expect(stderr).toContain(`CONFIG_INVALID: ${file} model: "`);
  expect(stderr).toContain(words);
  const option = await refusal(["--data-dir", dataDir(), "--model", model]);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain(`INPUT_INVALID: --model ${model}: `);
});

test("a missing configuration file ends with 2 and names the file", async () => {
  const { code, stderr } = await refusal([
    "--data-dir",
    dataDir(),
    "--config",
    "/nowhere/agent.yaml",
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain("/nowhere/agent.yaml");
});

test("options that make no sense name the option and what is accepted", async () => {
  const { code, stderr } = await refusal(["--for", "soon"]);
  expect(code).toBe(2);
  expect(stderr).toContain("--for");
  expect(stderr).toContain("60s");
});

/** Runs a shell line in namespaces of its own: as root of them, or as nobody. */
function inNamespace(
  line: string,
  asRoot: boolean,
): Promise<{ code: number | null; output: string }> {
  const namespaces = asRoot
    ? ["--user", "--map-root-user", "--mount"]
    : ["--user", "--map-user=65534", "--map-group=65534"];
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", [
      ...namespaces,
      "sh",
      "-c",
      line,
      process.execPath,
      repositoryPath("fleet/local/src/cli/main.ts"),
    ]);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
