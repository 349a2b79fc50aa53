import { expect, test } from "vitest";
import { gapLoss } from "./gap-loss.ts";

function loss(dropped: Record<string, number>, throughSeq = 10): string {
  return gapLoss({ seq: 10, throughSeq, createdAt: 0, reason: "disk-budget", dropped });
}

test("a gap says rows where rows were dropped, and snapshots where only those were", () => {
  expect(loss({ snapshot: 3 })).toBe("3 snapshots");
  expect(loss({ snapshot: 1 })).toBe("1 snapshot");
  expect(loss({ improved: 40 }, 49)).toBe("40 rows");
  expect(loss({ improved: 4, ended: 1, snapshot: 2 })).toBe("5 rows and 2 snapshots");
});

test("a gap whose kinds are not known stands for the rows that it covers", () => {
  expect(loss({}, 14)).toBe("5 rows");
});
