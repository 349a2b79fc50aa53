import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
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

/** What must hold after whatever was refused. */
function expectUntouched(bench: SwapBench, running: string): void {
  expect(bench.pool.model?.digest).toBe(running);
  expect(bench.outbox.figures()).toMatchObject({ rows: 1, lastSeq: 1 });
  expect(bench.answers.get("failed") ?? 0).toBe(0);
}

function tampered(envelope: Envelope, changes: Partial<Statement>): Envelope {
  return { ...envelope, signed: { ...envelope.signed, ...changes } };
}

test("every state is gone through, no frame is dropped, and the gap is measured", async () => {
  const bench = await SwapBench.start();
  expect(bench.swap.report).toMatchObject({ state: "idle", counter: null, lastSwap: null });
  bench.promote(NEW, 1);
  await bench.until("active");
  expect(bench.states).toEqual(["fetching", "verified", "staged", "warmed", "trial", "active"]);
  expect(bench.swap.report).toMatchObject({ counter: 1, digest: NEW_DIGEST, fault: null });
  expect(bench.swap.report.lastSwap).toMatchObject({
    from: bench.base.digest,
    to: NEW_DIGEST,
    framesDropped: 0,
  });
  expectUntouched(bench, NEW_DIGEST);
  expect(bench.answers.get(NEW_DIGEST)).toBeGreaterThan(2);
  expect(readdirSync(join(bench.folder, "models"))).toEqual([`${NEW_DIGEST}.onnx`]);
});

test("the same statement again is no fault, and the model that runs is active at once", async () => {
  const bench = await SwapBench.start();
  const statement = bench.signer.statement({ digest: bench.base.digest, counter: 3 });
  bench.swap.take(statement);
  await bench.until("active");
  expect(bench.server.asked).toEqual([]);
  const { since } = bench.swap.report;
  bench.swap.take(statement);
  expect(bench.swap.report).toMatchObject({ state: "active", since, fault: null, counter: 3 });
});

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
  expectUntouched(bench, bench.base.digest);
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
  expectUntouched(bench, bench.base.digest);
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
  expectUntouched(bench, bench.base.digest);
});

test("a model whose bytes were changed is rejected, and nothing of it stays", async () => {
  const bench = await SwapBench.start();
  const changed = Buffer.from(NEW);
  changed[changed.length - 3] = 0x55;
  bench.promote(NEW, 1, { url: bench.server.put("changed.onnx", changed) });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_HASH_MISMATCH");
  expectUntouched(bench, bench.base.digest);
  expect(readdirSync(join(bench.folder, "models"))).toEqual([]);
});

test("a download that breaks off is told, and goes on from where it was", async () => {
  const bench = await SwapBench.start();
  bench.server.breakAfter.push(1000, 2000);
  bench.promote(NEW, 1);
  await bench.until("active");
  expect(bench.faults).toContain("MODEL_DOWNLOAD_TRUNCATED");
  expect(bench.server.asked.map(({ range, status }) => [range, status])).toEqual([
    [null, 200],
    ["bytes=1000-", 206],
    ["bytes=3000-", 206],
  ]);
  expect(bench.server.asked[1]?.ifRange).toMatch(/^".+"$/);
  expectUntouched(bench, NEW_DIGEST);
  expect(bench.logged.join("")).not.toContain("secret");
});

test("a file that changed under the download is fetched whole", async () => {
  const bench = await SwapBench.start();
  const wrong = Buffer.from(NEW).fill(7);
  bench.server.breakAfter.push(1000);
  bench.promote(NEW, 1, { url: bench.server.put("m.onnx", wrong) });
  await waitUntil("it broke off", () => bench.faults.has("MODEL_DOWNLOAD_TRUNCATED"));
  bench.server.put("m.onnx", NEW);
  await bench.until("active");
  expect(bench.server.asked.at(-1)).toMatchObject({ range: "bytes=1000-", status: 200 });
});

test("an address that refuses is told and tried again; another offer is taken at once", async () => {
  const bench = await SwapBench.start();
  bench.server.status = 403;
  bench.promote(NEW, 1);
  await waitUntil("it is told", () => bench.faults.has("MODEL_DOWNLOAD_FAILED"));
  expect(bench.swap.report).toMatchObject({ state: "fetching", digest: NEW_DIGEST });
  expectUntouched(bench, bench.base.digest);
  bench.server.status = null;
  bench.offer(NEW);
  await bench.until("active");
});

test("a model that is larger than its manifest says is rejected", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1, { manifest: { sizeBytes: 500 } });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_TOO_LARGE");
  expectUntouched(bench, bench.base.digest);
});

test("a full disk is told, gives its bytes back, and the rest goes on", async () => {
  const bench = await SwapBench.start();
  const models = join(bench.folder, "models");
  mkdirSync(models);
  // A real file system that is always full.
  symlinkSync("/dev/full", join(models, `${NEW_DIGEST}.part`));
  bench.promote(NEW, 1);
  await waitUntil("it is told", () => bench.faults.has("MODEL_DISK_FULL"));
  expectUntouched(bench, bench.base.digest);
  // The next attempt finds room.
  await bench.until("active");
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
  expectUntouched(bench, bench.base.digest);
});

test("a model that is not as its manifest says is rejected", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1, { manifest: { inputSize: 64 } });
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_LAYOUT_UNKNOWN");
  expectUntouched(bench, bench.base.digest);
});

test("a model whose warm-up answer is not finite never sees a frame", async () => {
  const bench = await SwapBench.start();
  const digest = bench.promote(tiny(Number.NaN), 1);
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_OUTPUT_NOT_FINITE");
  expect(bench.states).not.toContain("warmed");
  expect(bench.answers.has(digest)).toBe(false);
  expectUntouched(bench, bench.base.digest);
});

test("a model that fails on frames of the cameras is taken back", async () => {
  const bench = await SwapBench.start();
  bench.promote(failsOnBlack(), 1);
  await bench.until("rejected");
  expect(bench.swap.report.fault?.code).toBe("MODEL_OUTPUT_NOT_FINITE");
  expect(bench.states).toContain("trial");
  expect(bench.pool.model?.digest).toBe(bench.base.digest);
  expect(bench.outbox.figures().rows).toBe(1);
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
  expect(bench.pool.model?.digest).toBe(bench.base.digest);
});

test("without cameras the warm-up has to do", async () => {
  const bench = await SwapBench.start({ frames: false });
  bench.promote(NEW, 1);
  await bench.until("active");
});

test("going back needs no link, and the newer statement ends what is under way", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1);
  await bench.until("active");
  bench.swap.take(bench.signer.statement({ digest: NEXT_DIGEST, counter: 2 }));
  await bench.until("fetching");
  const asked = bench.server.asked.length;
  bench.swap.take(bench.signer.statement({ digest: bench.base.digest, counter: 3 }));
  await bench.until("active");
  expect(bench.swap.report).toMatchObject({ counter: 3, digest: bench.base.digest });
  expect(bench.pool.model?.digest).toBe(bench.base.digest);
  expect(bench.server.asked).toHaveLength(asked);
});

test("a newer statement in the trial brings the good model back first", async () => {
  const bench = await SwapBench.start({ trial: { forMs: 60_000, longestMs: 60_000 } });
  bench.promote(NEW, 1);
  await bench.until("trial");
  bench.swap.take(bench.signer.statement({ digest: NEXT_DIGEST, counter: 2 }));
  await waitUntil("the base answers", () => bench.pool.model?.digest === bench.base.digest);
  await bench.until("fetching");
  bench.offer(NEXT);
  await bench.until("trial");
  await waitUntil("it is measured", () => bench.swap.report.lastSwap?.to === NEXT_DIGEST);
  expect(bench.swap.report.lastSwap?.from).toBe(bench.base.digest);
});

test("a running model that is revoked gives way to the last good one", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1);
  await bench.until("active");
  const revoked = [NEW_DIGEST];
  bench.swap.take(bench.signer.statement({ digest: NEXT_DIGEST, counter: 2, revoked }));
  await waitUntil("the base answers", () => bench.pool.model?.digest === bench.base.digest);
  await bench.halt();
  expect(await bench.boot()).toBe("base");
  bench.offer(NEXT);
  await bench.until("active");
  expect(bench.pool.model?.digest).toBe(NEXT_DIGEST);
});

test("where nothing else is here a revoked model runs on, and it is said", async () => {
  const bench = await SwapBench.start();
  const revoked = [bench.base.digest];
  bench.swap.take(bench.signer.statement({ digest: NEW_DIGEST, counter: 1, revoked }));
  await waitUntil("it is said", () => bench.swap.report.fault?.code === "MODEL_REVOKED");
  expectUntouched(bench, bench.base.digest);
  bench.offer(NEW);
  await bench.until("active");
});

test("past its expiry a statement is stale, and the model runs on", async () => {
  const bench = await SwapBench.start();
  const expiresAt = Date.now() + 700;
  bench.swap.take(bench.signer.statement({ digest: bench.base.digest, counter: 1, expiresAt }));
  await bench.until("active");
  expect(bench.swap.report.staleSince).toBeNull();
  await waitUntil("it is stale", () => bench.swap.report.staleSince === expiresAt);
  expect(bench.swap.report).toMatchObject({ state: "active", fault: null });
  expectUntouched(bench, bench.base.digest);
});

test("killed twice in its trial a model is taken back by the next start, without a link", async () => {
  const long = { trial: { forMs: 60_000, longestMs: 60_000 } };
  const bench = await SwapBench.start(long);
  bench.promote(NEW, 1);
  await bench.until("trial");
  await bench.halt();
  expect(await bench.boot(long)).toBe("trained");
  await bench.until("trial");
  await bench.halt();
  expect(await bench.boot(long)).toBe("base");
  expect(bench.swap.report).toMatchObject({
    state: "rejected",
    counter: 1,
    fault: { code: "MODEL_CRASHED_IN_TRIAL" },
  });
  await bench.halt();
  expect(await bench.boot(long)).toBe("base");
});

test.each(["fetching", "verified", "staged", "warmed", "trial"] as const)(
  "killed in the state %s it goes on from there",
  async (state) => {
    const bench = await SwapBench.start();
    bench.killAt = state;
    const digest = bench.promote(NEW, 1);
    await waitUntil("it was killed", () => bench.killAt === null);
    await bench.halt();
    await bench.boot();
    // It was killed before the offer came: the cloud sees that it waits, and offers again.
    if (state === "fetching") bench.offer(NEW);
    await bench.until("active");
    expect(bench.pool.model?.digest).toBe(digest);
    expect(bench.swap.report).toMatchObject({ counter: 1, fault: null });
    expect(bench.outbox.figures()).toMatchObject({ rows: 1 });
  },
);

test("a polite stop in the trial is not held against the model", async () => {
  const long = { trial: { forMs: 60_000, longestMs: 60_000 } };
  const bench = await SwapBench.start(long);
  bench.promote(NEW, 1);
  await bench.until("trial");
  for (let round = 0; round < 3; round += 1) {
    bench.swap.stop();
    await bench.halt();
    expect(await bench.boot(long)).toBe("trained");
  }
  bench.swap.stop();
  await bench.halt();
  expect(await bench.boot()).toBe("trained");
  await bench.until("active");
});

test("a statement that the disk cannot remember is not taken", async () => {
  const bench = await SwapBench.start();
  bench.outbox.stop();
  bench.swap.take(bench.signer.statement({ digest: NEW_DIGEST, counter: 1 }));
  expect(bench.swap.report).toMatchObject({
    state: "rejected",
    fault: { code: "OUTBOX_NOT_WRITABLE" },
  });
  expect(bench.pool.model?.digest).toBe(bench.base.digest);
  bench.outbox.start();
  await waitUntil("it is taken again", () => bench.swap.report.state === "fetching");
});
