import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readTriageKeys, writeTriageKeys } from "../src/triage/person-keys.ts";
import { person, TriageFixture } from "./triage-fixture.ts";

let fixture: TriageFixture;

beforeAll(async () => {
  fixture = await TriageFixture.start();
});
afterAll(() => fixture.stop());
beforeEach(() => fixture.clear());

test("keys are a person's own, and a change of them is in the audit log", async () => {
  const { api, database } = fixture;
  expect(await api.triage.keys.query()).toEqual({});
  const keys = { accept: "y", "mark-next": "Shift+n", undo: "Backspace", skip: " ", keys: "?" };
  await api.triage.setKeys.mutate(keys);
  expect(await api.triage.keys.query()).toEqual(keys);
  await writeTriageKeys(database, person("jon"), { accept: "ä" });
  expect(await readTriageKeys(database, person("jon"))).toEqual({ accept: "ä" });
  expect(await api.triage.keys.query()).toEqual(keys);
  await api.triage.setKeys.mutate({});
  expect(await api.triage.keys.query()).toEqual({});
  const log = await fixture.query("select actor from audit_log where action = 'triage-keys.set'");
  expect(log.map(({ actor }) => actor)).toEqual(["service", "jon", "service"]);
});

test.each([
  ["an action that there is not", { explode: "y" }],
  ["no key", { accept: "" }],
  ["a sentence", { accept: "press this" }],
  ["a control character", { accept: "\u0000" }],
  ["half a letter", { accept: "\ud800" }],
  ["a modifier that is not looked at", { accept: "Ctrl+a" }],
])("%s is refused", async (_what, keys) => {
  await expect(fixture.api.triage.setKeys.mutate(keys as object)).rejects.toThrow();
  expect(await fixture.query("select name from person_settings")).toEqual([]);
});
