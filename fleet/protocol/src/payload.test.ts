import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { ackSchema } from "./ack.ts";
import { parsePayload } from "./payload.ts";

const EPOCH = "01939000-0000-7000-8000-000000000000";
const bounds = { maxBytes: 1000, maxInflatedBytes: 5000 };
const text = (value: string) => new TextEncoder().encode(value);

test("plain and gzipped payloads say the same", () => {
  const bytes = text(JSON.stringify({ epoch: EPOCH, committedSeq: 7 }));
  const expected = { ok: true, value: { epoch: EPOCH, committedSeq: 7 } };
  expect(parsePayload(bytes, ackSchema)).toEqual(expected);
  expect(parsePayload(gzipSync(bytes), ackSchema)).toEqual(expected);
});

test.each([
  ["too-large", text(" ".repeat(1001))],
  ["gzip-bomb", gzipSync(Buffer.alloc(100_000))],
  ["bad-gzip", Uint8Array.of(0x1f, 0x8b, 1, 2, 3)],
  ["not-json", text("{")],
  ["not-json", Uint8Array.of(0x22, 0xff, 0x22)],
  ["schema", text("[]")],
] as const)("%s is told by name", (fault, bytes) => {
  expect(parsePayload(bytes, ackSchema, bounds)).toMatchObject({ ok: false, fault });
});

test("a schema fault names the field and what would be right", () => {
  const bytes = text(JSON.stringify({ epoch: EPOCH, committedSeq: -1 }));
  expect(parsePayload(bytes, ackSchema)).toMatchObject({
    ok: false,
    detail: expect.stringContaining("committedSeq") as string,
  });
});
