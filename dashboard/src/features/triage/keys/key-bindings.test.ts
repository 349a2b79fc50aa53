import { expect, test } from "vitest";
import {
  ACTIONS,
  actionsOf,
  type Bindings,
  bindingsOf,
  keyLabel,
  keyName,
  ownKeys,
  rebound,
  type TriageAction,
} from "./key-bindings.ts";

const plain = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
const shift = { ...plain, shiftKey: true };

function clashes(bindings: Bindings): string[] {
  return (["question", "editor"] as const).flatMap((scope) => {
    const keys = actionsOf(scope).map((action) => bindings[action]);
    return keys.filter((key, index) => keys.indexOf(key) !== index);
  });
}

test("no two actions of a place share a key, whatever is bound to whatever", () => {
  expect(clashes(bindingsOf({}))).toEqual([]);
  const actions = Object.keys(ACTIONS) as TriageAction[];
  let bindings = bindingsOf({});
  let seed = 5;
  for (let round = 0; round < 2_000; round += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const action = actions[seed % actions.length] ?? "accept";
    const keys = [...actions.map((name) => bindings[name]), "y", "z", "F2"];
    bindings = rebound(bindings, action, keys[(seed >> 8) % keys.length] ?? "y");
    expect(clashes(bindings)).toEqual([]);
  }
});

test("an action that had the key takes the one that is given up", () => {
  const bindings = rebound(bindingsOf({}), "accept", "x");
  expect([bindings.accept, bindings.reject]).toEqual(["x", "a"]);
  expect(ownKeys(bindings)).toEqual({ accept: "x", reject: "a" });
  expect(bindingsOf(ownKeys(bindings))).toEqual(bindings);
  expect(ownKeys(rebound(bindings, "accept", "a"))).toEqual({});
});

test("the editor's keys are its own: Esc and C mean something else there", () => {
  const bindings = rebound(bindingsOf({}), "box-new", "a");
  expect([bindings["box-new"], bindings.accept]).toEqual(["a", "a"]);
});

test("keys are named without regard to caps lock, and Shift only where the character hides it", () => {
  expect(keyName({ ...plain, key: "A" })).toBe("a");
  expect(keyName({ ...shift, key: "J" })).toBe("Shift+j");
  expect(keyName({ ...shift, key: "Ä" })).toBe("Shift+ä");
  expect(keyName({ ...shift, key: "?" })).toBe("?");
  expect(keyName({ ...shift, key: "ArrowLeft" })).toBe("Shift+ArrowLeft");
  expect(keyName({ ...plain, key: " " })).toBe(" ");
  expect(keyName({ ...shift, key: "Shift" })).toBeNull();
  expect(keyName({ ...plain, key: "a", ctrlKey: true })).toBeNull();
});

test("keys are shown as they are printed", () => {
  expect(["a", "Shift+j", " ", "Shift+ArrowUp", "F2", "?"].map(keyLabel)).toEqual([
    "A",
    "Shift J",
    "Space",
    "Shift ↑",
    "F2",
    "?",
  ]);
});
