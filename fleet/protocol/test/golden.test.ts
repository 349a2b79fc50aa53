import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { z } from "zod";
import { ackSchema } from "../src/ack.ts";
import { commandSchema } from "../src/command.ts";
import { desiredSchema } from "../src/desired.ts";
import { eventBatchSchema } from "../src/event-batch.ts";
import { parsePayload } from "../src/payload.ts";
import { previewSchema } from "../src/preview.ts";
import { replySchema } from "../src/reply.ts";
import { statusSchema } from "../src/status.ts";
import { telemetrySchema } from "../src/telemetry.ts";

/** The schema of each topic, by the first word of a golden file's name. */
const SCHEMAS: Record<string, z.ZodType> = {
  events: eventBatchSchema,
  acks: ackSchema,
  status: statusSchema,
  telemetry: telemetrySchema,
  desired: desiredSchema,
  commands: commandSchema,
  replies: replySchema,
  preview: previewSchema,
};

/*
 * Messages as some version once sent them. Agents in the field are updated late or never: a file
 * here is never changed and never removed; a new kind of message gets a new file.
 */
const FOLDER = new URL("golden/", import.meta.url);
const FILES = readdirSync(FOLDER);

test("there is a golden file for every topic", () => {
  const topics = new Set(FILES.map((name) => name.split("-")[0]));
  expect([...topics].sort()).toEqual(Object.keys(SCHEMAS).sort());
});

test.each(FILES)("%s parses for ever, and nothing of it is lost", (name) => {
  const bytes = readFileSync(new URL(name, FOLDER));
  const schema = SCHEMAS[name.split("-")[0] ?? ""];
  if (schema === undefined) throw new Error(`${name} begins with no topic`);
  // Fields that came later take their defaults.
  const expected = { ok: true, value: JSON.parse(bytes.toString()) as object };
  expect(parsePayload(bytes, schema)).toMatchObject(expected);
  expect(parsePayload(gzipSync(bytes), schema)).toMatchObject(expected);
});

test.each(FILES)("%s with a field from the future still parses", (name) => {
  const message = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as object;
  const schema = SCHEMAS[name.split("-")[0] ?? ""];
  const newer = Buffer.from(JSON.stringify({ ...message, addedLater: { x: 1 } }));
  expect(schema === undefined ? null : parsePayload(newer, schema)).toMatchObject({
    ok: true,
    value: message,
  });
});
