import { readFileSync } from "node:fs";
import type { Box } from "@sentinel/protocol/box";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { maskOver, thresholdAbove } from "../src/triage/keep-out/rule-offer.ts";
import { TriageFixture } from "./triage-fixture.ts";
import { uuidV7 } from "./uuid-v7.ts";

const STRINGS = new URL("../../../shared/testdata/bad/strings/blns.json", import.meta.url);

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

const place = { nodeId: "node-a", cameraId: "gate-1", className: "person" };
const audit = () =>
  fixture.query("select action, subject from audit_log where action like 'triage-rule%'");
const open = async () => {
  const { classes } = await fixture.api.triage.summary.query();
  return classes.map(({ className, open: count, hidden }) => [className, count, hidden]);
};

/** A stored event whose box lies so in the frame. */
async function event(box: Box, score: number, className = "person"): Promise<string> {
  const eventId = uuidV7();
  await fixture.query(
    `insert into events (event_id, node_id, camera_id, epoch, class_id, class_name, score, box, frames,
       started_at, last_at, ended_at, state, model_digest, last_row_id)
     values ($1, 'node-a', 'gate-1', $1, 0, $2, $3, $4, 9, 1, 1, 1, 'ended', 'm', 1)`,
    [eventId, className, score, box],
  );
  return eventId;
}

/** An event and the question about it: the picture is the frame's left half. */
async function asked(x: number, score: number): Promise<string> {
  const box: Box = [x, 0.2, 0.1, 0.2];
  const eventId = await event(box, score);
  const inPicture: Box = [x / 0.5, 0.2, 0.2, 0.2];
  return await fixture.item({ eventId, box: inPicture, crop: [0, 0, 0.5, 1], score });
}

test("three rejects of a place offer a mask and a threshold, tried on the stored events", async () => {
  const accepted = await asked(0.105, 0.44);
  await fixture.answer("mara", accepted, {
    verdict: "accept",
    boxes: [{ classId: 0, box: [0.2, 0.2, 0.2, 0.2] }],
  });
  const rejected = [await asked(0.1, 0.45), await asked(0.11, 0.47)];
  for (const itemId of rejected) await fixture.answer("mara", itemId);
  const offer = (itemId: string) => fixture.api.triage.rules.offer.query({ itemId });
  expect(await offer(rejected[1] ?? "")).toBeNull();
  const third = await asked(0.12, 0.46);
  await fixture.answer("jon", third);
  // Elsewhere, of another class, and of the same place but sure.
  const elsewhere = await asked(0.35, 0.42);
  await fixture.answer("jon", elsewhere);
  await event([0.1, 0.2, 0.1, 0.2], 0.41, "car");
  await event([0.11, 0.2, 0.1, 0.2], 0.9);
  expect(await offer(elsewhere)).toBeNull();

  const made = await offer(third);
  expect(made).toMatchObject({ ...place, cameraName: "Gate", rejects: 3 });
  const [x, y, w, h] = made?.mask.box ?? [];
  expect([x, y, w, h]).toEqual([0.088, 0.18, 0.144, 0.24].map((v) => expect.closeTo(v, 6)));
  expect(made?.mask.preview).toMatchObject({
    of: 6,
    hidden: 5,
    hiddenAccepted: 1,
    hiddenRejected: 3,
  });
  expect(made?.threshold).toMatchObject({
    minScore: 0.48,
    preview: { of: 6, hidden: 5, hiddenAccepted: 1, hiddenRejected: 4 },
  });
  const shape = { kind: "mask" as const, box: made?.mask.box ?? [0, 0, 1, 1] };
  expect(await fixture.api.triage.rules.preview.query({ place, shape })).toEqual(
    made?.mask.preview,
  );
  await fixture.api.triage.rules.add.mutate({ place, shape });
  expect(await offer(third)).toBeNull();
});

test("a rule hides open questions, keeps new ones out, is listed, and gives them back when removed", async () => {
  const inside = await asked(0.1, 0.45);
  await asked(0.35, 0.9);
  await fixture.item({ className: "car", box: [0.2, 0.2, 0.2, 0.2], crop: [0, 0, 0.5, 1] });
  const { api } = fixture;
  const shape = { kind: "mask" as const, box: [0.05, 0.1, 0.2, 0.4] as Box };
  const { ruleId, hidden } = await api.triage.rules.add.mutate({ place, shape, note: " a tree " });
  expect(hidden).toBe(1);
  expect(await open()).toEqual([
    ["car", 1, 0],
    ["person", 1, 1],
  ]);
  expect((await fixture.next("mara", { count: 5 })).map(({ itemId }) => itemId)).not.toContain(
    inside,
  );
  // A second rule hides it too: removing the first one does not bring it back.
  const low = { kind: "threshold" as const, minScore: 0.5 };
  const second = await api.triage.rules.add.mutate({ place, shape: low });
  expect(second.hidden).toBe(0);
  expect(await api.triage.rules.list.query()).toMatchObject([
    { ruleId: second.ruleId, kind: "threshold", minScore: 0.5, hidden: 0 },
    { ruleId, kind: "mask", box: shape.box, note: "a tree", hidden: 1, cameraName: "Gate" },
  ]);
  await api.triage.rules.remove.mutate({ ruleId });
  expect(await open()).toContainEqual(["person", 1, 1]);
  await api.triage.rules.remove.mutate({ ruleId: second.ruleId });
  expect(await open()).toContainEqual(["person", 2, 0]);
  await expect(api.triage.rules.remove.mutate({ ruleId })).rejects.toThrow("There is no rule");
  expect(await audit()).toEqual([
    { action: "triage-rule.add", subject: "node-a/gate-1" },
    { action: "triage-rule.add", subject: "node-a/gate-1" },
    { action: "triage-rule.remove", subject: "node-a/gate-1" },
    { action: "triage-rule.remove", subject: "node-a/gate-1" },
  ]);
});

test("what a rule hides never becomes an item, and is counted", async () => {
  const { TriageItemMaker } = await import("../src/triage/item-maker.ts");
  const { silentLogger } = await import("./silent-logger.ts");
  const shape = { kind: "threshold" as const, minScore: 0.5 };
  await fixture.api.triage.rules.add.mutate({ place, shape });
  const eventId = await event([0.1, 0.2, 0.1, 0.2], 0.45);
  await fixture.query(
    `update events set snapshot_sha256 = $2, snapshot_width = 9, snapshot_height = 9,
       snapshot_crop = '{0,0,1,1}', snapshot_stored_at = 1 where event_id = $1`,
    [eventId, "c".repeat(64)],
  );
  // Nobody looks at its picture: this store has none.
  const blobs = { read: () => Promise.reject(new Error("asked for a picture")) };
  const maker = new TriageItemMaker({
    database: fixture.database,
    blobs: blobs as never,
    logger: silentLogger,
  });
  await maker.look();
  expect(await fixture.query("select item_id from triage_items")).toEqual([]);
  expect(await fixture.query("select event_id from triage_looked")).toEqual([
    { event_id: eventId },
  ]);
  expect((await fixture.api.triage.rules.list.query())[0]?.keptOut).toBe(1);
});

test("what cannot be a rule is refused, and says what would be right", async () => {
  const { add } = fixture.api.triage.rules;
  const mask = { kind: "mask" as const, box: [0.1, 0.1, 0.2, 0.2] as Box };
  await expect(
    add.mutate({ place: { ...place, cameraId: "gate-9" }, shape: mask }),
  ).rejects.toThrow("There is no camera node-a/gate-9");
  await expect(
    add.mutate({ place, shape: { ...mask, box: [0.9, 0.1, 0.2, 0.2] } }),
  ).rejects.toThrow("within the picture");
  await expect(add.mutate({ place, shape: { kind: "threshold", minScore: 0 } })).rejects.toThrow(
    "a score above 0",
  );
  expect(await fixture.query("select rule_id from triage_rules")).toEqual([]);
});

test("strings that break programs are kept but for space around them, or refused; nothing else happens", async () => {
  const strings = JSON.parse(readFileSync(STRINGS, "utf8")) as string[];
  const { api } = fixture;
  const shape = { kind: "threshold" as const, minScore: 0.5 };
  let kept = 0;
  for (const text of [...strings, "a\u0000b", "\ud800"]) {
    const wish = { place: { ...place, className: text }, shape, note: text };
    const added = await api.triage.rules.add.mutate(wish).catch((error: Error) => error);
    if (added instanceof Error) {
      expect(added.message).toMatch(/a text of 1 to [12]00|>=1|<=100/);
      continue;
    }
    kept += 1;
    const [row] = await fixture.query<{ class_name: string; note: string }>(
      "select class_name, note from triage_rules where rule_id = $1",
      [added.ruleId],
    );
    expect(row).toEqual({ class_name: text.trim(), note: text.trim() });
    await api.triage.next.mutate({ className: text, count: 1 });
  }
  expect(kept).toBeGreaterThan(300);
  expect(await api.triage.rules.list.query()).toHaveLength(kept);
});

test("a mask is the rectangle around the boxes with a margin, within the frame", () => {
  expect(maskOver([[0, 0.5, 0.1, 0.1]]).map((v) => Math.round(v * 1000) / 1000)).toEqual([
    0, 0.49, 0.11, 0.12,
  ]);
  expect(maskOver([[0.9, 0.9, 0.1, 0.1]])[2]).toBeCloseTo(0.11);
});

test("a threshold hides the scores that it stands above; where that would hide nearly all there is none", () => {
  expect(thresholdAbove([0.41, 0.47])).toBe(0.48);
  expect(thresholdAbove([0.474])).toBe(0.48);
  expect(thresholdAbove([0.41, null])).toBeNull();
  expect(thresholdAbove([0.96])).toBeNull();
});
