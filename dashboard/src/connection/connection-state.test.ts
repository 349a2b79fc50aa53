import { expect, test } from "vitest";
import { type ConnectionState, nextConnectionState } from "./connection-state.ts";

const start: ConnectionState = { phase: "connecting", since: 0 };

test("the first connection goes straight to live", () => {
  const opened = nextConnectionState(start, "opened", 1);
  expect(opened).toBe(start);
  expect(nextConnectionState(opened, "caught-up", 2)).toEqual({ phase: "live", since: 2 });
});

test("a lost line is offline since the first loss, however often it is tried", () => {
  const lost = nextConnectionState({ phase: "live", since: 2 }, "lost", 5);
  expect(lost).toEqual({ phase: "offline", since: 5 });
  expect(nextConnectionState(lost, "lost", 9)).toBe(lost);
});

test("after a loss one catches up before one is live", () => {
  const back = nextConnectionState({ phase: "offline", since: 5 }, "opened", 20);
  expect(back).toEqual({ phase: "catching-up", since: 20 });
  expect(nextConnectionState(back, "caught-up", 21)).toEqual({ phase: "live", since: 21 });
});

test("an answer that arrives after the line was lost does not make it live", () => {
  const lost: ConnectionState = { phase: "offline", since: 5 };
  expect(nextConnectionState(lost, "caught-up", 6)).toBe(lost);
});
