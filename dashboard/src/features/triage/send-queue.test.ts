import { expect, test } from "vitest";
import { type SendFault, SendQueue, type Work } from "./send-queue.ts";

class Told extends Error {
  readonly fault: SendFault;
  constructor(kind: SendFault["kind"]) {
    super(kind);
    this.fault = { kind, message: kind, code: "CONFLICT" };
  }
}

/** A queue, what it sent, and what was refused. */
function queue() {
  const sent: string[] = [];
  const refused: string[] = [];
  const made = new SendQueue({ faultOf: (error) => (error as Told).fault, pauseMs: 1 });
  const idle = () =>
    new Promise<void>((resolve) => {
      const look = () => (made.state.waiting === 0 ? resolve() : setTimeout(look, 1));
      look();
    });
  /** Fails so often in this way before it gets through. */
  const work = (itemId: string, kind: SendFault["kind"] | null = null, times = 0): Work => {
    let left = times;
    return {
      itemId,
      send: async () => {
        sent.push(itemId);
        await Promise.resolve();
        if (kind === null || left === 0) return;
        left -= 1;
        throw new Told(kind);
      },
      refused: () => refused.push(itemId),
    };
  };
  return { made, sent, refused, idle, work };
}

test("things leave in their order, one after another, and are about their questions until kept", async () => {
  const { made, sent, idle, work } = queue();
  for (const itemId of ["a", "b", "c"]) made.push(work(itemId));
  expect(made.itemIds).toEqual(["a", "b", "c"]);
  expect(made.state).toEqual({ waiting: 3, why: null });
  await idle();
  expect(sent).toEqual(["a", "b", "c"]);
  expect(made.itemIds).toEqual([]);
});

test("while the cloud is away nothing is lost and nothing overtakes, and the page says why", async () => {
  const { made, sent, refused, idle, work } = queue();
  const said = new Set<string | null>();
  made.onChange(() => said.add(made.state.why));
  made.push(work("a", "away", 12));
  made.push(work("b"));
  await idle();
  expect(sent).toEqual([...Array.from({ length: 13 }, () => "a"), "b"]);
  expect(refused).toEqual([]);
  expect(said).toEqual(new Set([null, "away"]));
  expect(made.state).toEqual({ waiting: 0, why: null });
});

test("what is refused is told and does not hold up the others", async () => {
  const { made, sent, refused, idle, work } = queue();
  made.push(work("a", "refused", 1));
  made.push(work("b"));
  await idle();
  expect([sent, refused]).toEqual([["a", "b"], ["a"]]);
});

test("what the cloud fails at is tried thirty times, then it counts as refused", async () => {
  const { made, sent, refused, idle, work } = queue();
  made.push(work("a", "failing", 29));
  made.push(work("b", "failing", 99));
  made.push(work("c"));
  await idle();
  expect(sent.filter((id) => id === "a")).toHaveLength(30);
  expect(sent.filter((id) => id === "b")).toHaveLength(30);
  expect(refused).toEqual(["b"]);
  expect(sent.at(-1)).toBe("c");
});

test("the line's coming back ends the pause", async () => {
  const { sent, work } = queue();
  const patient = new SendQueue({ faultOf: (error) => (error as Told).fault, pauseMs: 600_000 });
  patient.push(work("a", "away", 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sent).toEqual(["a"]);
  patient.wake();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sent).toEqual(["a", "a"]);
});
