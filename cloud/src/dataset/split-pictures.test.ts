import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type SplitPicture, splitPictures } from "./split-pictures.ts";
import { countMixedBlocks, type LearningSplit } from "./time-blocks.ts";

const OPTIONS = { validationShare: 0.2, blockSeconds: null, golden: [] };
const MINUTE = 60_000;

function picture(seed: number, change: Partial<SplitPicture> = {}): SplitPicture {
  const hash = createHash("sha256").update(String(seed)).digest("hex");
  return {
    picture: hash,
    nodeId: "node-a",
    cameraId: "gate",
    capturedAt: 0,
    phash: hash.slice(0, 16),
    wanted: null,
    before: null,
    learnt: false,
    ...change,
  };
}
const many = (count: number, change: (seed: number) => Partial<SplitPicture> = () => ({})) =>
  Array.from({ length: count }, (_, seed) => picture(seed, change(seed)));
const splitOf = async (pictures: readonly SplitPicture[], options = OPTIONS) =>
  (await splitPictures(pictures, options)).splits;
const countOf = (splits: ReadonlyMap<string, string>, part: string) =>
  [...splits.values()].filter((split) => split === part).length;

test("the order in which pictures come does not matter", async () => {
  const pictures = many(50);
  const splits = await splitOf(pictures);
  expect(countOf(splits, "validation")).toBe(10);
  const other = await splitOf(pictures.toReversed());
  for (const [name, split] of splits) expect(other.get(name)).toBe(split);
});

test("pictures of one camera and block stay together; blocks are shorter where there are too few", async () => {
  const long = many(40, (seed) => ({ capturedAt: 1 + seed * 5 * MINUTE }));
  const { splits, blockSeconds } = await splitPictures(long, OPTIONS);
  expect(blockSeconds).toBe(600);
  const partOf = (seed: number) => splits.get(long[seed]?.picture ?? "");
  for (let seed = 0; seed < 40; seed += 2) expect(partOf(seed)).toBe(partOf(seed + 1));
  const short = many(40, (seed) => ({ capturedAt: 1 + seed * 3_000 }));
  const result = await splitPictures(short, OPTIONS);
  expect(result.blockSeconds).toBe(10);
  expect(countOf(result.splits, "validation")).toBeGreaterThan(0);
});

test("hashes that differ in 8 of 64 bits join, those that differ in 9 do not", async () => {
  const at = (phash: string, seed: number) =>
    picture(seed, { phash, cameraId: `camera-${seed}`, capturedAt: 1 + seed * 100 * MINUTE });
  const conflict = async (other: string) => {
    const pictures = [
      { ...at("0000000000000000", 1), wanted: "train" as const },
      { ...at(other, 2), wanted: "validation" as const },
    ];
    return (await splitPictures(pictures, OPTIONS)).conflicts.length;
  };
  expect(await conflict("00000000000000ff")).toBe(1);
  expect(await conflict("80000000000000fe")).toBe(1);
  expect(await conflict("00000000000001ff")).toBe(0);
  expect(await conflict("f00000000000001f")).toBe(0);
});

test("near-duplicates join by way of a third, across blocks and cameras", async () => {
  const chain = ["00000000000000ff", "000000000000ffff", "0000000000ffffff"].map((phash, index) =>
    picture(index, { phash, cameraId: `camera-${index}`, capturedAt: 1 + index * 100 * MINUTE }),
  );
  const others = many(20).slice(5);
  const splits = await splitOf([...chain, ...others]);
  expect(new Set(chain.map((one) => splits.get(one.picture))).size).toBe(1);
});

test("one large group and a small one: the small one is measured on", async () => {
  const large = many(18, () => ({ capturedAt: 1 }));
  const small = [picture(100, { cameraId: "quay", capturedAt: 1 })];
  const splits = await splitOf([...large, ...small]);
  expect(countOf(splits, "train")).toBe(18);
  expect(splits.get(small[0]?.picture ?? "")).toBe("validation");
});

test("a single group is all to learn from", async () => {
  const splits = await splitOf(many(6, () => ({ capturedAt: 1 })));
  expect(countOf(splits, "train")).toBe(6);
});

test("what an earlier version had stays in its part while others come", async () => {
  const first = many(20);
  const before = await splitOf(first);
  const known = first.map((one) => ({ ...one, before: before.get(one.picture) ?? null }));
  const more = many(200).slice(20);
  const after = await splitOf([...known, ...more]);
  for (const [name, split] of before) expect(after.get(name)).toBe(split);
  expect(countOf(after, "validation")).toBe(40);
});

test("where none is left to measure on, only what no model has learnt from moves", async () => {
  const known = many(20, (seed) => ({ before: "train", learnt: seed < 10 }));
  const splits = await splitOf(known);
  expect(countOf(splits, "validation")).toBe(4);
  for (const { picture: name, learnt } of known) if (learnt) expect(splits.get(name)).toBe("train");
  const all = await splitOf(many(20, () => ({ before: "train", learnt: true })));
  expect(countOf(all, "train")).toBe(20);
});

test("what links both parts leaves those out that are measured on", async () => {
  const pictures = [
    picture(1, { phash: "0000000000000000", before: "train" }),
    picture(2, { phash: "000000000000ffff", before: "validation" }),
    picture(3, { phash: "00000000000000ff" }),
  ];
  const { splits, leftOut } = await splitPictures([...pictures, ...many(30).slice(5)], OPTIONS);
  expect(leftOut).toEqual([pictures[1]?.picture]);
  expect(splits.get(pictures[0]?.picture ?? "")).toBe("train");
  expect(splits.get(pictures[2]?.picture ?? "")).toBe("train");
});

describe("blocks of an earlier version", () => {
  const inMinute = (minute: number, count: number, from: number) =>
    many(count, (seed) => ({ capturedAt: minute * MINUTE + seed * 1_500 })).map((one, index) => ({
      ...one,
      ...picture(from + index, { capturedAt: one.capturedAt }),
    }));

  test("a new picture goes to the part that has its block", async () => {
    const [a = picture(0), b = picture(1), c = picture(2), d = picture(3)] = [
      picture(1, { capturedAt: 5 * MINUTE, before: "validation" }),
      picture(2, { capturedAt: 6 * MINUTE }),
      picture(3, { capturedAt: 15 * MINUTE, before: "train" }),
      picture(4, { capturedAt: 16 * MINUTE }),
    ];
    const splits = await splitOf([a, b, c, d, ...many(30).slice(10)]);
    expect(splits.get(b.picture)).toBe("validation");
    expect(splits.get(d.picture)).toBe("train");
  });

  test("blocks that had to be cut finer stay so, and only those", async () => {
    const short = inMinute(2, 40, 1000);
    const first = await splitPictures(short, OPTIONS);
    expect(first.blockSeconds).toBe(10);
    const before = short.map((one) => ({ ...one, before: first.splits.get(one.picture) ?? null }));
    const beside = inMinute(2, 40, 2000);
    const later = Array.from({ length: 12 }, (_, block) =>
      inMinute(100 + block * 10, 5, 3000 + block * 100),
    );
    const all = [...before, ...beside, ...later.flat()];
    const { splits, blockSeconds, leftOut } = await splitPictures(all, OPTIONS);
    expect(leftOut).toEqual([]);
    expect(blockSeconds).toBe(600);
    const held = all.map((one) => [one, splits.get(one.picture) as LearningSplit] as const);
    expect(countMixedBlocks(held, 10)).toBe(0);
    expect(countMixedBlocks(held, 600)).toBe(1);
    expect(countMixedBlocks(held.slice(80), 600)).toBe(0);
    for (const [name, part] of first.splits) expect(splits.get(name)).toBe(part);
  });

  test("of a block that even the shortest length leaves in both parts, new pictures are learnt from", async () => {
    const at = { capturedAt: 5 * MINUTE };
    const pictures = [
      picture(1, { ...at, before: "validation" }),
      picture(2, { ...at, before: "train" }),
      picture(3, at),
    ];
    const splits = await splitOf([...pictures, ...many(30).slice(10)]);
    expect(splits.get(pictures[2]?.picture ?? "")).toBe("train");
  });

  test("nothing of a golden picture's block is learnt from", async () => {
    const golden = picture(1, { capturedAt: 5 * MINUTE });
    const beside = inMinute(5, 6, 500);
    const others = many(30).slice(10);
    const { splits } = await splitPictures([...beside, ...others], {
      ...OPTIONS,
      golden: [golden],
    });
    for (const { picture: name } of beside) expect(splits.get(name)).toBe("validation");
    expect(countOf(splits, "train")).toBeGreaterThan(10);
  });

  test("what looks like one part and lies in a block of the other is left out", async () => {
    const pictures = [
      picture(1, { phash: "0000000000000000", capturedAt: 5 * MINUTE, before: "train" }),
      picture(2, { capturedAt: 25 * MINUTE, before: "validation" }),
      picture(3, { phash: "00000000000000ff", capturedAt: 26 * MINUTE }),
    ];
    const { splits, leftOut } = await splitPictures([...pictures, ...many(30).slice(10)], OPTIONS);
    expect(leftOut).toEqual([pictures[2]?.picture]);
    expect(splits.has(pictures[2]?.picture ?? "")).toBe(false);
    // Two that are new, look the same, and lie in blocks of different parts.
    const twins = [5, 25].map((minute) =>
      picture(10 + minute, { phash: "0123456789abcdef", capturedAt: minute * MINUTE + 1 }),
    );
    const known = pictures.slice(0, 2);
    const torn = await splitPictures([...known, ...twins, ...many(30).slice(10)], OPTIONS);
    expect(torn.leftOut).toEqual([twins[1]?.picture]);
    expect(torn.splits.get(twins[0]?.picture ?? "")).toBe("train");
  });
});
