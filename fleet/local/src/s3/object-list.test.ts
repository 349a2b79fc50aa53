import { expect, test } from "vitest";
import { compareKeys } from "./object-index.ts";
import { type ListQuery, listPage } from "./object-list.ts";

const KEYS = [
  "a",
  "a/",
  "a/1",
  "a/2/x",
  "a/2/y",
  "a/3",
  "ab",
  "b/1",
  "b//2",
  "b/é",
  "c",
  "c/d/e/f",
  "\u{1f600}",
  "\uffee",
];
const ENTRIES = KEYS.toSorted(compareKeys).map((key) => ({
  key,
  sizeBytes: 1,
  etag: "e",
  modifiedAt: 0,
}));

/** All that a list should tell, by its definition rather than by pages. */
function expected({
  prefix,
  delimiter,
  startAfter,
}: Pick<ListQuery, "prefix" | "delimiter" | "startAfter">): string[] {
  const told = ENTRIES.map(({ key }) => key)
    .filter(
      (key) => key.startsWith(prefix) && (startAfter === "" || compareKeys(key, startAfter) > 0),
    )
    .map((key) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      return end === -1 ? key : `${key.slice(0, end + delimiter.length)}*`;
    });
  return [...new Set(told)];
}

test("pages of every size tell everything once and in order, for every prefix, delimiter and start", () => {
  for (const prefix of ["", "a", "a/", "a/2", "b/", "c/d/", "\u{1f600}", "none"]) {
    for (const delimiter of ["", "/", "//", "é"]) {
      for (const startAfter of ["", "a/", "a/2/x", "b", "z", "\uffee"]) {
        for (const maxKeys of [1, 2, 3, 1000]) {
          const query = { prefix, delimiter, startAfter, maxKeys };
          const told: string[] = [];
          let continuation: string | null = null;
          do {
            const page = listPage(ENTRIES, { ...query, continuation });
            expect(page.objects.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
            told.push(
              ...page.objects.map(({ key }) => key),
              ...page.commonPrefixes.map((text) => `${text}*`),
            );
            continuation = page.next;
          } while (continuation !== null);
          expect(told.sort()).toEqual(expected(query).sort());
        }
      }
    }
  }
});

test("no page, and no endless pages, where nothing may be told", () => {
  const nothing = { prefix: "", delimiter: "", startAfter: "", continuation: null, maxKeys: 0 };
  expect(listPage(ENTRIES, nothing)).toEqual({ objects: [], commonPrefixes: [], next: null });
  expect(listPage([], { ...nothing, maxKeys: 10 })).toMatchObject({ objects: [], next: null });
});

test("a token that is none begins at the beginning", () => {
  const page = listPage(ENTRIES, {
    prefix: "",
    delimiter: "",
    startAfter: "",
    continuation: "%%%",
    maxKeys: 1,
  });
  expect(page.objects).toHaveLength(1);
});
