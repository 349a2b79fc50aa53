import { expect, test } from "vitest";
import type { ResolvedModel } from "../model/resolved-model.ts";
import { afterActiveEnd, readBootId, watchActive } from "./active-crashes.ts";
import { emptyRecord, type SwapRecord, swapRecordSchema } from "./swap-record.ts";

const HOUR = 3_600_000;
const BOOT = "boot-1";

const model = (name: string): ResolvedModel => ({
  name,
  path: `/models/${name}`,
  digest: name,
  layout: "yolov5",
  inputSize: 320,
  classNames: ["car"],
  licence: { id: "AGPL-3.0-only", url: "https://example.org" },
});

/** Model `new` is active, and `old` was before it. */
function running(changes: Partial<SwapRecord> = {}): SwapRecord {
  const record = { ...emptyRecord(0), state: "active" as const, active: model("new") };
  return {
    ...record,
    good: [model("new"), model("old")],
    ...watchActive(record, "new", BOOT),
    statement: {
      _type: "deploy",
      counter: 1,
      cohort: "stable.canary",
      labels: {},
      digest: "new",
      commit: "c",
      reason: "as the test wants it",
      revoked: [],
      issuedAt: 0,
      expiresAt: HOUR,
    } as unknown as SwapRecord["statement"],
    ...changes,
  };
}

/** The agent ends at these times without a word, and starts again at once. */
function endAt(record: SwapRecord, times: readonly number[], bootId = BOOT): SwapRecord {
  let after = record;
  for (const now of times) {
    after = { ...after, ...afterActiveEnd(after, bootId, now) };
    const { activeCrashes } = after;
    if (activeCrashes !== null) {
      after = { ...after, activeCrashes: { ...activeCrashes, bootId, running: true } };
    }
  }
  return after;
}

test("the third end within an hour gives the model before it the word", () => {
  const twice = endAt(running(), [1000, 2000]);
  expect(twice).toMatchObject({ state: "active", active: { name: "new" } });
  expect(endAt(twice, [HOUR])).toMatchObject({
    state: "rejected",
    since: HOUR,
    active: { name: "old" },
    good: [{ name: "old" }],
    activeCrashes: null,
    fault: { code: "MODEL_KEEPS_CRASHING", message: expect.stringContaining("3 times") },
  });
});

test("where the ends go on with the model before, they are nobody's fault", () => {
  const good = [model("new"), model("old"), model("older")];
  const back = endAt(running({ good }), [1, 2, 3]);
  expect(endAt(back, [4, 5, 6, 7])).toEqual(back);
  expect(back).toMatchObject({
    active: { name: "old" },
    good: [{ name: "old" }, { name: "older" }],
  });
});

test("ends that are rare, another start of the machine and polite ends are nobody's fault", () => {
  expect(endAt(running(), [0, HOUR, 2 * HOUR, 3 * HOUR]).active?.name).toBe("new");
  let rebooted = running();
  for (const now of [1, 2, 3, 4]) rebooted = endAt(rebooted, [now], `boot-${now + 1}`);
  expect(rebooted).toMatchObject({ state: "active", activeCrashes: { at: [] } });
  const polite = running({
    activeCrashes: { digest: "new", bootId: BOOT, running: false, at: [1, 2] },
  });
  expect(afterActiveEnd(polite, BOOT, 3)).toBeNull();
});

test("a clock that was set back counts nothing of the future", () => {
  const record = endAt(running(), [5 * HOUR, 5 * HOUR + 1]);
  expect(endAt(record, [HOUR])).toMatchObject({ active: { name: "new" } });
});

test("where no other model is here, or only a revoked one, it is tried on", () => {
  const alone = endAt(running({ good: [model("new")] }), [1, 2, 3, 4]);
  expect(alone).toMatchObject({ state: "active", activeCrashes: { at: [2, 3, 4] } });
  const { statement } = running();
  if (statement === null) throw new Error("no statement");
  const revoked = running({ statement: { ...statement, revoked: ["old"] } });
  expect(endAt(revoked, [1, 2, 3])).toMatchObject({ active: { name: "new" } });
});

test("while a statement names another model, that one's state stays", () => {
  const { statement } = running();
  if (statement === null) throw new Error("no statement");
  const record = running({ state: "fetching", statement: { ...statement, digest: "next" } });
  expect(endAt(record, [1, 2, 3])).toMatchObject({
    state: "fetching",
    fault: null,
    active: { name: "old" },
  });
});

test("a record of an earlier version is read, and Linux names its boot", () => {
  const { activeCrashes: _, ...earlier } = emptyRecord(0);
  expect(swapRecordSchema.parse(earlier).activeCrashes).toBeNull();
  if (process.platform === "linux") expect(readBootId()).toMatch(/^[0-9a-f-]{36}$/);
});
