import { expect, test } from "vitest";
import { SwapGap } from "./swap-gap.ts";

test("the gap is between the last answer of the old model and the first of the new one", () => {
  const gap = new SwapGap();
  expect(gap.answered("old", 100)).toBeNull();
  gap.switched("old", "new");
  expect(gap.answered("old", 130)).toBeNull();
  expect(gap.answered("new", 150)).toEqual({
    from: "old",
    to: "new",
    gapMs: 20,
    framesDropped: 0,
  });
  expect(gap.answered("new", 180)).toBeNull();
});

test("frames lost in between are counted, those before and after are not", () => {
  const gap = new SwapGap();
  gap.dropped();
  gap.answered("old", 100);
  gap.dropped();
  gap.switched("old", "new");
  gap.dropped();
  expect(gap.answered("new", 200)).toMatchObject({ gapMs: 100, framesDropped: 2 });
  gap.dropped();
  expect(gap.answered("new", 300)).toBeNull();
});

test("where both models were at work at once there was no gap", () => {
  const gap = new SwapGap();
  gap.answered("old", 100);
  gap.switched("old", "new");
  gap.answered("new", 150);
  expect(gap.answered("old", 160)).toMatchObject({ gapMs: 0 });
  gap.answered("new", 900);
  gap.switched("new", "old");
  expect(gap.answered("old", 930)).toEqual({
    from: "new",
    to: "old",
    gapMs: 30,
    framesDropped: 0,
  });
});
