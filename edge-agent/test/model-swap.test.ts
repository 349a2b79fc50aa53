import { expect, test } from "vitest";
import { sha256 } from "./signing.ts";
import { SwapBench, tiny } from "./swap-bench.ts";
import { waitUntil } from "./wait-until.ts";

const [NEW, NEXT] = [tiny(0.2), tiny(0.3)];
const [NEW_DIGEST, NEXT_DIGEST] = [sha256(NEW), sha256(NEXT)];

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
  await bench.expectUntouched(NEW_DIGEST, [`${NEW_DIGEST}.onnx`]);
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

test("a download that breaks off is told, and goes on from where it was", async () => {
  const bench = await SwapBench.start();
  bench.server.breakAfter.push(1000, 2000);
  bench.promote(NEW, 1);
  await waitUntil("it broke off", () => bench.faults.has("MODEL_DOWNLOAD_TRUNCATED"));
  bench.server.status = 503;
  await bench.expectUntouched(bench.base.digest, [`${NEW_DIGEST}.etag`, `${NEW_DIGEST}.part`]);
  bench.server.status = null;
  await bench.until("active");
  const given = bench.server.asked.filter(({ status }) => status < 300);
  expect(given.map(({ range, status }) => [range, status])).toEqual([
    [null, 200],
    ["bytes=1000-", 206],
    ["bytes=3000-", 206],
  ]);
  expect(given[1]?.ifRange).toMatch(/^".+"$/);
  await bench.expectUntouched(NEW_DIGEST, [`${NEW_DIGEST}.onnx`]);
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
  await bench.expectUntouched(bench.base.digest);
  bench.server.status = null;
  bench.offer(NEW);
  await bench.until("active");
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
  await bench.expectUntouched(bench.base.digest);
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
  await bench.expectUntouched(bench.base.digest);
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

test("ending again and again after its trial, a model gives way to the one before, without a link", async () => {
  const bench = await SwapBench.start();
  const digest = bench.promote(NEW, 1);
  await bench.until("active");
  for (const _ of [1, 2]) {
    await bench.halt();
    expect(await bench.boot()).toBe("trained");
    expect(bench.swap.report).toMatchObject({ state: "active", digest });
  }
  await bench.halt();
  expect(await bench.boot()).toBe("base");
  const rejected = { state: "rejected", counter: 1, fault: { code: "MODEL_KEEPS_CRASHING" } };
  expect(bench.swap.report).toMatchObject(rejected);
  expect(bench.logged.join()).toContain("base runs again");
  await bench.expectWatching(bench.base.digest);
  // Ends go on: the model that is left has no other to give way to.
  for (const _ of [1, 2, 3]) {
    await bench.halt();
    expect(await bench.boot()).toBe("base");
  }
  expect(bench.swap.report).toMatchObject(rejected);
  // The cloud signs its wish anew now and then; whoever wants the model nevertheless makes another commit.
  bench.swap.take(bench.signer.statement({ digest, counter: 2 }));
  expect(bench.swap.report).toMatchObject({ ...rejected, counter: 2 });
  bench.swap.take(bench.signer.statement({ digest, counter: 3, commit: "d".repeat(40) }));
  expect(bench.swap.report).toMatchObject({ state: "fetching", counter: 3, fault: null });
  bench.offer(NEW);
  await bench.until("active");
  await bench.expectWatching(digest, [`${digest}.onnx`]);
});

test("a model that was left for an older one is not what a crashing one gives way to first", async () => {
  const bench = await SwapBench.start();
  const [first, second] = [tiny(0.2), tiny(0.3)];
  const old = bench.promote(first, 1);
  await bench.until("active");
  bench.promote(second, 2);
  await waitUntil(
    "the second runs",
    () => bench.swap.report.counter === 2 && bench.swap.report.state === "active",
  );
  bench.swap.take(bench.signer.statement({ digest: old, counter: 3 }));
  await waitUntil(
    "the first runs again",
    () => bench.swap.running?.digest === old && bench.swap.report.state === "active",
  );
  for (const _ of [1, 2, 3]) {
    await bench.halt();
    await bench.boot();
  }
  expect(bench.swap.running?.digest).toBe(bench.base.digest);
  expect(bench.swap.report).toMatchObject({ state: "rejected", digest: old });
});

test("a disk that takes nothing keeps no model from running after an end", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1);
  await bench.until("active");
  await bench.halt();
  bench.diskIsFull = true;
  expect(await bench.boot()).toBe("trained");
  bench.diskIsFull = false;
});

test("stopped politely as often as one likes, a model stays", async () => {
  const bench = await SwapBench.start();
  bench.promote(NEW, 1);
  await bench.until("active");
  for (const _ of [1, 2, 3, 4]) {
    bench.swap.stop(true);
    await bench.halt();
    expect(await bench.boot()).toBe("trained");
  }
  expect(bench.swap.report).toMatchObject({ state: "active", fault: null });
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
    bench.swap.stop(true);
    await bench.halt();
    expect(await bench.boot(long)).toBe("trained");
  }
  bench.swap.stop(true);
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
