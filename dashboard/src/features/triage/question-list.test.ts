import { expect, test } from "vitest";
import type { TriageItem } from "../../connection/api.ts";
import {
  ahead,
  appended,
  chosen,
  marked,
  moved,
  NO_QUESTIONS,
  type QuestionList,
  shown,
  unmarked,
  without,
} from "./question-list.ts";

const item = (itemId: string) => ({ itemId }) as TriageItem;
const of = (letters: string, at = 0): QuestionList => ({
  ...appended(NO_QUESTIONS, [...letters].map(item)),
  at,
});
const ids = (items: readonly TriageItem[]) => items.map(({ itemId }) => itemId).join("");
const screen = (list: QuestionList) => list.items[list.at]?.itemId;
const answered = (list: QuestionList) =>
  without(list, new Set(chosen(list).map(({ itemId }) => itemId)));

test("what is answered gives way to the next; passed-over ones come when nothing follows", () => {
  let list = moved(moved(of("abcd"), 1), 1);
  expect(screen(list)).toBe("c");
  list = answered(list);
  expect(screen(list)).toBe("d");
  list = answered(list);
  expect([ids(list.items), screen(list)]).toEqual(["ab", "a"]);
  expect(answered(answered(list)).items).toEqual([]);
});

test("moving stops at the ends", () => {
  expect(screen(moved(of("abc"), -1))).toBe("a");
  expect(screen(moved(of("abc", 2), 1))).toBe("c");
  expect(moved(NO_QUESTIONS, 1)).toMatchObject({ at: 0 });
});

test("a range grows and shrinks at the question on the screen, over its beginning too", () => {
  const list = marked(marked(of("abcde", 1), 1), 1);
  expect(ids(chosen(list))).toBe("bcd");
  expect(ids(chosen(marked(list, -1)))).toBe("bc");
  expect(ids(chosen(marked(marked(of("abcde", 2), -1), -1)))).toBe("abc");
  expect(ids(chosen(unmarked(list)))).toBe("d");
  expect(ids(chosen(moved(list, 1)))).toBe("e");
});

test("one answer takes the whole range away", () => {
  const list = answered(marked(marked(of("abcde", 1), 1), 1));
  expect([ids(list.items), screen(list), list.anchor]).toEqual(["ae", "e", null]);
});

test("an answer that is taken back is on the screen again, and what was there comes after it", () => {
  const list = shown(of("abc", 1), item("z"));
  expect([ids(list.items), screen(list)]).toEqual(["azbc", "z"]);
  expect(ids(shown(of("abc", 0), item("c")).items)).toBe("cab");
  expect(screen(shown(NO_QUESTIONS, item("z")))).toBe("z");
});

test("nothing is there twice, and it is known how many lie ready", () => {
  const list = appended(of("abc", 1), [item("c"), item("d")]);
  expect([ids(list.items), ahead(list)]).toEqual(["abcd", 2]);
  expect(ahead(NO_QUESTIONS)).toBe(0);
});
