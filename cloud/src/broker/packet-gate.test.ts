import { expect, test } from "vitest";
import { PacketLengths } from "./packet-gate.ts";

/** A packet of a given length after its fixed header. */
function packet(length: number): Buffer {
  const header = [0x30];
  let rest = length;
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

test.each([0, 1, 127, 128, 16_383, 16_384, 1_000_000])(
  "packets of %i bytes pass, cut anywhere",
  (length) => {
    const bytes = Buffer.concat([packet(length), packet(2), packet(length)]);
    for (const step of [1, 3, 1_000, bytes.length]) {
      if (bytes.length / step > 100_000) continue;
      const lengths = new PacketLengths(1_000_000);
      let passed = true;
      for (let at = 0; at < bytes.length; at += step) {
        passed &&= lengths.accept(bytes.subarray(at, at + step));
      }
      expect(passed).toBe(true);
    }
  },
);

test("a packet that is too long is refused at its header", () => {
  expect(new PacketLengths(1_000).accept(packet(1_000))).toBe(true);
  expect(new PacketLengths(1_000).accept(packet(1_001).subarray(0, 3))).toBe(false);
});

test("a length of five bytes is refused", () => {
  expect(new PacketLengths(2 ** 40).accept(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1]))).toBe(
    false,
  );
});
