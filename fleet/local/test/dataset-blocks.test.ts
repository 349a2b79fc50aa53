import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DatasetFixture } from "./dataset-fixture.ts";

const MINUTE = 60_000;

let fixture: DatasetFixture;

beforeAll(async () => {
  fixture = await DatasetFixture.start();
});
beforeEach(() => fixture.clear());
afterAll(() => fixture.stop());

const build = () => fixture.api.datasets.build.mutate({ name: "cars" });
const manifest = (datasetId: string) => fixture.api.datasets.manifest.query({ datasetId });
const splitsOf = async (datasetId: string) =>
  new Map((await manifest(datasetId)).pictures.map(({ picture, split }) => [picture, split]));

test("answers that come to blocks of an earlier version go to the part that has the block", async () => {
  // Two minutes of one camera: the first version has to cut blocks of ten seconds.
  const at = (seconds: number) => ({ capturedAt: 100 * MINUTE + seconds * 1000 });
  for (let seed = 0; seed < 24; seed += 1) {
    await fixture.annotate(await fixture.picture(seed), at(seed * 5));
  }
  const first = await build();
  expect(first.blockSeconds).toBe(10);
  for (let seed = 0; seed < 24; seed += 1) {
    await fixture.annotate(await fixture.picture(100 + seed), at(seed * 5 + 2));
    const elsewhere = { capturedAt: (200 + Math.floor(seed / 3) * 20) * MINUTE + seed * 1000 };
    await fixture.annotate(await fixture.picture(200 + seed), elsewhere);
  }
  const { datasetId, blockSeconds, leftOut } = await build();
  expect(blockSeconds).toBe(600);
  expect(leftOut.otherSplit).toEqual([]);
  const { pictures } = await manifest(datasetId);
  expect(pictures).toHaveLength(72);
  const partsOf = (seconds: number) => {
    const parts = new Map<number, Set<string>>();
    for (const { capturedAt, split } of pictures) {
      const block = Math.floor(capturedAt / (seconds * 1000));
      parts.set(block, (parts.get(block) ?? new Set()).add(split));
    }
    return [...parts.values()].filter(({ size }) => size > 1).length;
  };
  expect(partsOf(10)).toBe(0);
  expect(partsOf(600)).toBe(1);
  expect(await fixture.api.datasets.byId.query({ datasetId })).toMatchObject({ mixedBlocks: 1 });
});

test("what was taken within minutes of a golden picture is never learnt from", async () => {
  const at = (minute: number) => ({ capturedAt: minute * MINUTE });
  const golden = await fixture.annotate(await fixture.picture(1), at(101));
  await fixture.api.datasets.freeze.mutate({ name: "golden", query: { pictures: [golden] } });
  const beside = await fixture.annotate(await fixture.picture(2), at(103));
  for (let seed = 10; seed < 30; seed += 1) {
    await fixture.annotate(await fixture.picture(seed), at(seed * 20));
  }
  const splits = await splitsOf((await build()).datasetId);
  expect(splits.get(beside)).toBe("validation");
  expect(splits.get(golden)).toBe("golden");
});

test("what was taken within minutes of a picture that was learnt from cannot be frozen", async () => {
  const at = (seconds: number) => ({ capturedAt: 600 * MINUTE + seconds * 1000 });
  for (let seed = 0; seed < 24; seed += 1) {
    await fixture.annotate(await fixture.picture(seed), at(seed * 1200));
  }
  const { datasetId, blockSeconds } = await build();
  expect(blockSeconds).toBe(600);
  await fixture.learnFrom(datasetId);
  const { pictures } = await manifest(datasetId);
  const secondsOf = (part: string) =>
    ((pictures.find(({ split }) => split === part)?.capturedAt ?? 0) - 600 * MINUTE) / 1000;
  const freeze = (picture: string) =>
    fixture.api.datasets.freeze.mutate({ name: "golden", query: { pictures: [picture] } });

  const beside = await fixture.annotate(await fixture.picture(101), at(secondsOf("train") + 120));
  await expect(freeze(beside)).rejects.toThrow(
    "DATASET_LEAKS: 1 picture taken by the same camera in the same block of time (600 s) as pictures",
  );
  await expect(freeze(beside)).rejects.toThrow(beside);
  expect(await fixture.api.datasets.golden.query()).toEqual([]);
  // Another camera's, one of another hour, and one beside those that were measured on may be.
  const other = { ...at(secondsOf("train") + 120), cameraId: "yard" };
  await freeze(await fixture.annotate(await fixture.picture(102), other));
  await freeze(await fixture.annotate(await fixture.picture(103), at(-7200)));
  await freeze(
    await fixture.annotate(await fixture.picture(104), at(secondsOf("validation") + 120)),
  );
});
