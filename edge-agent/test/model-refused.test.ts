import type { Envelope } from "@sentinel/protocol/signed-document";
import type { Statement } from "@sentinel/protocol/statement";
import { expect, test } from "vitest";
import { Signer, sha256 } from "./signing.ts";
import { failsOnBlack } from "./strange-models.ts";
import { SwapBench, tiny } from "./swap-bench.ts";
import { waitUntil } from "./wait-until.ts";

const [NEW, NEXT] = [tiny(0.2), tiny(0.3)];
const [NEW_DIGEST, NEXT_DIGEST] = [sha256(NEW), sha256(NEXT)];
const OTHER = new Signer();

function tampered(envelope: Envelope, changes: Partial<Statement>): Envelope {
  return { ...envelope, signed: { ...envelope.signed, ...changes } };
}

test.each<[string, (bench: SwapBench) => Envelope]>([
  ["STATEMENT_KEY_UNKNOWN", () => OTHER.statement({ digest: NEXT_DIGEST, counter: 9 })],
  [
    "STATEMENT_SIGNATURE_WRONG",
    ({ signer }) =>
      tampered(signer.statement({ digest: NEXT_DIGEST, counter: 9 }), { reason: "mine" }),
  ],
  [
    "STATEMENT_INVALID",
    ({ signer }) =>
      tampered(signer.statement({ digest: NEXT_DIGEST, counter: 9 }), { counter: 1.5 }),
  ],
  [
    "STATEMENT_EXPIRED",
    ({ signer }) =>
      signer.statement({ digest: NEXT_DIGEST, counter: 9, expiresAt: Date.now() - 1 }),
  ],
  [
    "STATEMENT_REPLAYED",
    ({ signer }) => signer.statement({ digest: NEXT_DIGEST, counter: 4, reason: "lower" }),
  ],
  [
    "STATEMENT_REPLAYED",
    ({ signer }) => signer.statement({ digest: NEXT_DIGEST, counter: 5, reason: "equal" }),
  ],
  [
    "STATEMENT_WRONG_COHORT",
    ({ signer }) => signer.statement({ digest: NEXT_DIGEST, counter: 9, labels: { ring: "rest" } }),
  ],
  [
    "STATEMENT_WRONG_COHORT",
    ({ signer }) =>
      signer.statement({ digest: NEXT_DIGEST, counter: 9, exceptLabels: [{ ring: "canary" }] }),
  ],
  [
    "MODEL_REVOKED",
    ({ signer }) => signer.statement({ digest: NEXT_DIGEST, counter: 9, revoked: [NEXT_DIGEST] }),
  ],
])("%s: refused, and nothing is changed", async (code, make) => {
  const bench = await SwapBench.start();
  const good = bench.signer.statement({ digest: bench.base.digest, counter: 5 });
  bench.swap.take(good);
  await bench.until("active");
  const memory = bench.outbox.note("model_swap");
  bench.swap.take(make(bench));
  expect(bench.swap.report).toMatchObject({ state: "rejected", fault: { code } });
  expect(bench.outbox.note("model_swap")).toBe(memory);
  await bench.expectUntouched(bench.base.digest);
  bench.swap.take(good);
  expect(bench.swap.report).toMatchObject({ state: "active", counter: 5, fault: null });
});

test("a statement that is refused does not disturb a swap under way", async () => {
  const bench = await SwapBench.start();
  let go: () => void = () => undefined;
  bench.server.hold = new Promise((resolve) => {
    go = resolve;
  });
  bench.promote(NEW, 5);
  bench.swap.take(OTHER.statement({ digest: NEXT_DIGEST, counter: 9 }));
  expect(bench.swap.report).toMatchObject({
    state: "fetching",
    digest: NEW_DIGEST,
    fault: { code: "STATEMENT_KEY_UNKNOWN" },
  });
  go();
  await waitUntil("it runs", () => bench.pool.model?.digest === NEW_DIGEST);
});

test.each<[string, (bench: SwapBench) => Envelope]>([
  ["MANIFEST_KEY_UNKNOWN", ({ base }) => OTHER.manifest(base, NEW)],
  [
    "MANIFEST_SIGNATURE_WRONG",
    ({ signer, base }) => {
      const envelope = signer.manifest(base, NEW);
      return { ...envelope, signed: { ...envelope.signed, approvedBy: "Mallory" } };
    },
  ],
  [
    "MANIFEST_INVALID",
    ({ signer, base }) => {
      const envelope = signer.manifest(base, NEW);
      return { ...envelope, signed: { ...envelope.signed, sizeBytes: "many" } };
    },
  ],
  ["MANIFEST_DIGEST_DIFFERS", ({ signer, base }) => signer.manifest(base, NEXT)],
])("%s: rejected, and a good offer heals it", async (code, make) => {
  const bench = await SwapBench.start();
  const refused = expect.objectContaining({ code });
  expect(() => bench.promote(NEW, 1, { envelope: make(bench) })).toThrow(refused);
  expect(bench.swap.report).toMatchObject({ state: "rejected", fault: { code }, counter: 1 });
  await bench.expectUntouched(bench.base.digest);
  bench.offer(NEW);
  await bench.until("active");
  expect(bench.pool.model?.digest).toBe(NEW_DIGEST);
});

test("an offer of a model that the statement does not name is refused", async () => {
  const bench = await SwapBench.start();
  expect(() => bench.offer(NEXT)).toThrow(expect.objectContaining({ code: "MODEL_NOT_WANTED" }));
  bench.swap.take(bench.signer.statement({ digest: NEW_DIGEST, counter: 1 }));
  expect(() => bench.offer(NEXT)).toThrow(expect.objectContaining({ code: "MODEL_NOT_WANTED" }));
  expect(bench.swap.report).toMatchObject({ state: "fetching", fault: null });
  await bench.expectUntouched(bench.base.digest);
});

test("a model whose bytes were changed is rejected, and nothing of it stays", async () => {
  const bench = await SwapBench.start();
  const changed = Buffer.from(NEW);
  changed[changed.length - 3] = 0x55;
  bench.promote(NEW, 1, { url: bench.server.put("changed.onnx", changed) });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_HASH_MISMATCH");
  await bench.expectUntouched(bench.base.digest);
});

test("a model that is larger than its manifest says is rejected", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1, { manifest: { sizeBytes: 500 } });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_TOO_LARGE");
  await bench.expectUntouched(bench.base.digest);
});

test.each([
  ["one is missing", 79],
  ["one has another name", "van"],
])("a model with other classes is rejected: %s", async (_what, change) => {
  const bench = await SwapBench.start();
  const classNames = [...bench.base.classNames];
  if (typeof change === "number") classNames.length = change;
  else classNames[2] = change;
  const refused = expect.objectContaining({ code: "MODEL_CLASSES_DIFFER" });
  expect(() => bench.promote(NEW, 1, { manifest: { classNames } })).toThrow(refused);
  expect(bench.swap.report).toMatchObject({ state: "rejected" });
  expect(bench.server.asked).toEqual([]);
  await bench.expectUntouched(bench.base.digest);
});

test("a model that is not as its manifest says is rejected", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1, { manifest: { inputSize: 64 } });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_LAYOUT_UNKNOWN");
  await bench.expectUntouched(bench.base.digest);
});

test("a model whose warm-up answer is not finite never sees a frame", async () => {
  const bench = await SwapBench.start();
  const digest = bench.promote(tiny(Number.NaN), 1);
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_OUTPUT_NOT_FINITE");
  expect(bench.states).not.toContain("warmed");
  expect(bench.answers.has(digest)).toBe(false);
  await bench.expectUntouched(bench.base.digest);
});

test("a model that fails on frames of the cameras is taken back", async () => {
  const bench = await SwapBench.start();
  bench.promote(failsOnBlack(), 1);
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_OUTPUT_NOT_FINITE");
  expect(bench.swap.report.counter).toBe(1);
  expect(bench.states).toContain("trial");
  await bench.expectWatching(bench.base.digest);
  bench.promote(NEXT, 2);
  await bench.until("active");
});

test("a model whose threads die in its trial is taken back", async () => {
  const bench = await SwapBench.start({ trial: { forMs: 60_000, longestMs: 60_000 } });
  const digest = bench.promote(NEW, 1);
  await bench.until("trial");
  const killer = setInterval(() => {
    if (bench.pool.model?.digest !== digest) return;
    // Ends between two frames: ONNX Runtime aborts the process where its thread is taken in the middle.
    for (const thread of bench.pool.threads) void thread.stop();
  }, 50);
  try {
    await bench.until("rejected");
  } finally {
    clearInterval(killer);
  }
  expect(bench.swap.report.fault?.code).toBe("MODEL_CRASHED_IN_TRIAL");
  await bench.expectWatching(bench.base.digest);
});
