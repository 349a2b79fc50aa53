import { describe, expect, test } from "vitest";
import { channelFileSchema } from "./channel-file.ts";
import { type Wave, wavesOf } from "./cohorts.ts";
import { decideStep, eventRateOf, type Situation } from "./decide-step.ts";
import type { Figures, NodeState, WaveEvidence } from "./evidence-types.ts";

const NOW = 1_000_000;
const file = channelFileSchema.parse({
  channel: "stable",
  model: "a".repeat(64),
  reason: "because",
  waves: [
    { name: "canary", labels: { ring: "canary" }, watchSeconds: 60, minimumNodes: 2 },
    { name: "rest", watchSeconds: 60, neededShare: 0.9 },
  ],
});
const none: Figures = { events: 0, cameraHours: 0, latencyMs: null };

function seen(
  counts: Partial<Record<NodeState, number>>,
  more: Partial<WaveEvidence> = {},
): WaveEvidence {
  const all = {
    later: 0,
    away: 0,
    waiting: 0,
    swapping: 0,
    active: 0,
    unhealthy: 0,
    rejected: 0,
    silent: 0,
  };
  const examples = Object.keys(counts).flatMap((state) =>
    state === "rejected" || state === "unhealthy"
      ? [
          {
            nodeId: "gate-1",
            state,
            detail: state === "rejected" ? "CODE" : "latency 90 ms",
          } as const,
        ]
      : [],
  );
  return {
    wave: "canary",
    counts: { ...all, ...counts },
    examples,
    current: none,
    candidate: none,
    ...more,
  };
}

function situation(
  counts: Partial<Record<NodeState, number>>,
  change: Partial<Situation> & {
    enoughSince?: number;
    rest?: WaveEvidence;
    first?: Partial<WaveEvidence>;
  } = {},
): Situation {
  const {
    enoughSince = null,
    rest = seen({ later: 5 }, { wave: "rest" }),
    first,
    ...more
  } = change;
  const wave = change.wave ?? 0;
  const waves = wavesOf(file).map(
    (each, index): Wave => ({
      ...each,
      startedAt: index <= wave ? NOW - 100_000 : null,
      enoughSince: index === wave ? enoughSince : null,
    }),
  );
  return {
    state: "running",
    why: "before",
    wave,
    waves,
    canGoBack: true,
    stop: null,
    evidence: [seen(counts, first), rest],
    bounds: file.bounds,
    now: NOW,
    ...more,
  };
}

describe("waits", () => {
  test.each<[string, Partial<Record<NodeState, number>>, RegExp]>([
    [
      "for the first nodes to be seen",
      { away: 3 },
      /2 nodes of wave canary to be seen: 3 of 3 are away/,
    ],
    [
      "for one more to be seen",
      { active: 1, away: 1 },
      /1 node of wave canary to be seen: 1 of 2 is away/,
    ],
    ["for nodes at work", { active: 1, swapping: 1 }, /1 node more .*1 of 2 are, 1 at work/],
    ["for nodes not yet at it", { active: 1, waiting: 2 }, /2 nodes more .*2 not yet at it/],
    ["for a node that fell silent", { active: 2, silent: 1 }, /1 silent since they began/],
    ["before anything was told", { later: 2 }, /Tells the nodes of wave canary/],
  ])("%s", (_what, counts, words) => {
    const step = decideStep(situation(counts));
    expect(step).toMatchObject({ step: "wait", enoughSince: null });
    expect(step.why).toMatch(words);
  });

  test("while enough nodes are well but not for long enough; the watch begins once", () => {
    expect(decideStep(situation({ active: 2 }))).toMatchObject({ step: "wait", enoughSince: NOW });
    const later = decideStep(situation({ active: 2 }, { enoughSince: NOW - 20_000 }));
    expect(later).toMatchObject({ step: "wait", enoughSince: NOW - 20_000 });
    expect(later.why).toBe(
      "2 of 2 nodes of wave canary are active and healthy. Watches wave canary for another 40 s.",
    );
  });

  test.each([
    [120, "120 s"],
    [121, "3 min"],
    [900, "15 min"],
    [7201, "3 h"],
  ])("%i s that are left of a watch are told as %s", (left, words) => {
    const enoughSince = NOW + (left - 60) * 1000;
    const { why } = decideStep(situation({ active: 2 }, { enoughSince }));
    expect(why).toMatch(new RegExp(`for another ${words}\\.$`));
  });

  test("anew where the share was lost meanwhile", () => {
    const step = decideStep(situation({ active: 1, swapping: 1 }, { enoughSince: NOW - 50_000 }));
    expect(step).toMatchObject({ step: "wait", enoughSince: null });
  });

  test("while paused, whatever the nodes say, with the person's words", () => {
    const step = decideStep(
      situation({ rejected: 2 }, { state: "paused", why: "Paused by Lena." }),
    );
    expect(step).toEqual({ step: "wait", enoughSince: null, why: "Paused by Lena." });
  });
});

describe("goes on", () => {
  const watched = NOW - 60_000;
  test.each<[string, Partial<Record<NodeState, number>>]>([
    ["when all are well", { active: 2 }],
    ["with nodes away: they neither stall it", { active: 2, away: 40 }],
    ["when the wave has fewer nodes than wanted", { active: 1 }],
  ])("%s", (_what, counts) => {
    expect(decideStep(situation(counts, { enoughSince: watched }))).toMatchObject({
      step: "widen",
    });
  });

  test("past a wave that has no nodes at all", () => {
    expect(decideStep(situation({}))).toEqual({
      step: "widen",
      why: "No node has the labels of wave canary.",
    });
  });

  test.each<[string, Partial<Record<NodeState, number>>, string]>([
    ["its share is reached", { active: 9, waiting: 1 }, "finish"],
    ["its share is not reached", { active: 8, waiting: 2 }, "wait"],
    ["all of its nodes are away: they catch up later", { away: 5 }, "finish"],
  ])("the last wave where %s", (_what, counts, step) => {
    const rest = seen(counts, { wave: "rest" });
    const given = situation({ active: 2 }, { wave: 1, rest, enoughSince: watched });
    expect(decideStep(given).step).toBe(step);
  });
});

describe("goes back", () => {
  test.each<[string, Partial<Record<NodeState, number>>, string]>([
    [
      "rejected",
      { active: 1, rejected: 1 },
      "Rolled back: 1 of 2 nodes in wave canary rejected the model (gate-1: CODE). None may.",
    ],
    [
      "unhealthy",
      { active: 1, unhealthy: 1 },
      "Rolled back: 1 of 2 nodes in wave canary is not well with the model (gate-1: latency 90 ms). None may.",
    ],
  ])("where a node is %s", (_what, counts, why) => {
    expect(decideStep(situation(counts))).toEqual({ step: "roll-back", why });
  });

  test("only beyond the share that may; nodes that are away do not dilute it", () => {
    const bounds = { ...file.bounds, rejectedShare: 0.25 };
    expect(decideStep(situation({ active: 3, rejected: 1 }, { bounds })).step).toBe("wait");
    const step = decideStep(situation({ active: 2, rejected: 1, away: 20 }, { bounds }));
    expect(step.step).toBe("roll-back");
    expect(step.why).toContain("At most 25 % may.");
  });

  test("also over a wave that is behind it already", () => {
    const rest = seen({ active: 5 }, { wave: "rest" });
    const given = situation({ active: 1, rejected: 1 }, { wave: 1, rest });
    expect(decideStep(given)).toMatchObject({ step: "roll-back" });
  });

  test("where the model is revoked meanwhile", () => {
    const step = decideStep(situation({ active: 2 }, { stop: "the model is revoked: leaks." }));
    expect(step).toEqual({ step: "roll-back", why: "Rolled back: the model is revoked: leaks." });
  });

  test("or pauses, where nothing is known to go back to", () => {
    const step = decideStep(situation({ rejected: 1, active: 1 }, { canGoBack: false }));
    expect(step.step).toBe("pause");
    expect(step.why).toContain("no known model to go back to");
  });

  test("where the event rate leaves its bounds", () => {
    const first = {
      current: { events: 1000, cameraHours: 10, latencyMs: 20 },
      candidate: { events: 5, cameraHours: 1, latencyMs: 20 },
    };
    expect(decideStep(situation({ active: 2 }, { first }))).toEqual({
      step: "roll-back",
      why: "Rolled back: wave canary sees far fewer events: 5.0 per camera-hour, before 100.0.",
    });
  });
});

test("a wave that is not there pauses", () => {
  expect(decideStep(situation({ active: 2 }, { wave: 7 })).step).toBe("pause");
});

test.each<[string, Figures, Figures, string]>([
  ["nothing before", none, { events: 50, cameraHours: 1, latencyMs: null }, "inconclusive"],
  [
    "too little time",
    { events: 100, cameraHours: 1, latencyMs: null },
    { events: 0, cameraHours: 0.1, latencyMs: null },
    "inconclusive",
  ],
  [
    "as before",
    { events: 100, cameraHours: 1, latencyMs: null },
    { events: 95, cameraHours: 1, latencyMs: null },
    "within",
  ],
  [
    "none any more",
    { events: 100, cameraHours: 1, latencyMs: null },
    { events: 0, cameraHours: 1, latencyMs: null },
    "too-few",
  ],
  [
    "a flood",
    { events: 100, cameraHours: 1, latencyMs: null },
    { events: 600, cameraHours: 1, latencyMs: null },
    "too-many",
  ],
  [
    "a flood where few were expected",
    { events: 10, cameraHours: 1, latencyMs: null },
    { events: 500, cameraHours: 1, latencyMs: null },
    "too-many",
  ],
  [
    "a handful where few were expected",
    { events: 2, cameraHours: 1, latencyMs: null },
    { events: 30, cameraHours: 1, latencyMs: null },
    "inconclusive",
  ],
])("event rate: %s", (_what, current, candidate, verdict) => {
  expect(eventRateOf({ current, candidate }, file.bounds).verdict).toBe(verdict);
});
