import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { boxSchema, intersectionOverUnion } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
import { z } from "zod";
import { runDetect } from "../src/detect/detect-command.ts";
import { CACHE_DIR, CATALOG, TESTDATA, YOLOX_NANO_FILE } from "./test-data.ts";

/** Strict, so that the form of our lines is the form of the reference. */
const lineSchema = z.strictObject({
  file: z.string(),
  frame: z.int().optional(),
  width: z.int(),
  height: z.int(),
  detections: z.array(z.strictObject({ classId: z.int(), score: z.number(), box: boxSchema })),
});
type Line = z.infer<typeof lineSchema>;

/** Runs the command over all that the reference holds, one call per kind of file. */
async function detectAll(model: string, reference: readonly Line[]): Promise<Map<string, Line>> {
  const lines = new Map<string, Line>();
  const stills = reference.filter(({ frame }) => frame === undefined).map(({ file }) => file);
  const clips = new Set(reference.filter(({ frame }) => frame !== undefined).map((r) => r.file));
  const calls: { files: string[]; frames?: number[] }[] = [{ files: stills }];
  for (const file of clips) {
    const frames = reference.filter((r) => r.file === file).map(({ frame }) => frame ?? 0);
    calls.push({ files: [file], frames });
  }
  for (const { files, frames } of calls) {
    const faults: string[] = [];
    const code = await runDetect(
      {
        model,
        files: files.map((file) => join(TESTDATA, file)),
        ...(frames === undefined ? {} : { frames }),
        json: true,
        catalogPath: CATALOG,
        cacheDir: CACHE_DIR,
      },
      {
        out: (text) => {
          const line = lineSchema.parse(JSON.parse(text));
          lines.set(keyOf({ ...line, file: line.file.slice(TESTDATA.length) }), line);
        },
        err: (line) => faults.push(line),
      },
    );
    expect(code, faults.join("\n")).toBe(0);
  }
  return lines;
}

const keyOf = ({ file, frame }: Line) => `${file} ${frame ?? ""}`;

test.each([
  ["yolov5s-640", "yolov5s-640.json"],
  [YOLOX_NANO_FILE, "yolox-nano-416.json"],
])("%s finds what the reference finds", { timeout: 240_000 }, async (model, referenceFile) => {
  const reference = z
    .array(lineSchema)
    .parse(JSON.parse(await readFile(join(TESTDATA, "ref", referenceFile), "utf8")));
  const ours = await detectAll(model, reference);
  expect(ours.size).toBe(reference.length);
  let wanted = 0;
  let found = 0;
  let given = 0;
  let extra = 0;
  for (const theirs of reference) {
    const line = ours.get(keyOf(theirs));
    expect(line, keyOf(theirs)).toMatchObject({ width: theirs.width, height: theirs.height });
    const matches = (a: Line["detections"][number], others: Line["detections"]) =>
      others.some((b) => a.classId === b.classId && intersectionOverUnion(a.box, b.box) >= 0.8);
    const detections = line?.detections ?? [];
    for (const detection of theirs.detections.filter(({ score }) => score >= 0.4)) {
      wanted += 1;
      if (matches(detection, detections)) found += 1;
    }
    for (const detection of detections) {
      given += 1;
      if (!matches(detection, theirs.detections)) extra += 1;
    }
  }
  expect(wanted).toBeGreaterThan(100);
  expect(found / wanted).toBeGreaterThanOrEqual(0.97);
  expect(extra / given).toBeLessThanOrEqual(0.03);
});
