import { expect, test } from "vitest";
import type { EventItem } from "../../connection/api.ts";
import { anchorAt, scrollTopFor } from "./list-anchor.ts";

const list = (...ids: string[]) => ids.map((eventId) => ({ eventId }) as EventItem);

test("what one reads stays where it was when rows come above it", () => {
  const anchor = anchorAt(list("c", "b", "a"), 100, 76);
  expect(anchor).toEqual({ eventId: "b", offset: 24 });
  expect(anchor && scrollTopFor(list("e", "d", "c", "b", "a"), anchor, 76)).toBe(252);
  expect(anchor && scrollTopFor(list("b", "a"), anchor, 76)).toBe(24);
});

test("a row that left the list holds nothing", () => {
  expect(scrollTopFor(list("c"), { eventId: "b", offset: 0 }, 76)).toBeNull();
  expect(anchorAt([], 100, 76)).toBeNull();
});
