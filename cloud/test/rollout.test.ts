import { generateKeyPairSync } from "node:crypto";
import { statementSchema } from "@sentinel/protocol/statement";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Postgres } from "../src/database/postgres.ts";
import { ModelOffers } from "../src/rollout/model-offers.ts";
import { StatementIssuer } from "../src/rollout/statements.ts";
import { connectApi } from "./api-client.ts";
import { FleetFixture, stableFile } from "./fleet-fixture.ts";
import { FleetNode } from "./fleet-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { waitUntil } from "./wait-until.ts";

const BASE = "b".repeat(64);
const GOOD = "1a".repeat(32);
const BAD = "2b".repeat(32);
const NEXT = "3c".repeat(32);
const PASSWORDS = { "node-a": "a", "node-b": "b", "node-c": "c" };

let fleet: FleetFixture;
let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let rollouts: ReturnType<typeof connectApi>["api"]["rollouts"];
const nodes: FleetNode[] = [];

beforeAll(async () => {
  fleet = await FleetFixture.make({ "channels/stable.yaml": stableFile(null) });
  cloud = await startCloud(PASSWORDS, fleet.environment);
  connection = connectApi(cloud.httpUrl);
  rollouts = connection.api.rollouts;
  for (const digest of [BASE, GOOD, BAD, NEXT]) await fleet.register(cloud.database, digest);
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
  await fleet.remove();
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.leave();
});

async function connect(nodeId: keyof typeof PASSWORDS, ring: string, running = BASE) {
  const node = await FleetNode.connect(cloud.mqttUrl, nodeId, PASSWORDS[nodeId], {
    labels: { channel: "stable", ring },
    keys: fleet.keys,
    running,
    ends: (digest) => (digest === BAD ? { fault: "MODEL_OUTPUT_NOT_FINITE" } : "active"),
  });
  nodes.push(node);
  return node;
}

async function newest() {
  const [item] = await rollouts.list.query();
  if (item === undefined) throw new Error("no rollout");
  return item;
}

test("promote, canary, rest, done: signed statements, offers and a real commit on the way", async () => {
  const canary = await connect("node-a", "canary");
  const rest = await connect("node-b", "broad");
  await waitUntil(async () => (await rollouts.repo.query())?.goodCommit !== null);
  const { commit } = await rollouts.promote.mutate({
    channel: "stable",
    digest: GOOD,
    reason: "Sees cars in rain",
  });
  expect(await fleet.git(fleet.url, "log", "-1", "--format=%H %an", "main")).toMatch(
    new RegExp(`^${commit} `),
  );
  expect(await fleet.show("channels/stable.yaml")).toContain(`model: ${GOOD}`);
  await waitUntil(() => canary.running === GOOD);
  await waitUntil(async () => (await newest()).state === "done");
  expect(rest.running).toBe(GOOD);
  expect(canary.offers[0]).toMatchObject({ digest: GOOD });
  expect(canary.offers[0]?.url).toContain(`/sentinel-models/models/${GOOD}.onnx`);
  const { waves, rollout } = await rollouts.byId.query({ rolloutId: (await newest()).rolloutId });
  expect(rollout).toMatchObject({ fromDigest: BASE, toDigest: GOOD, wave: 1 });
  expect(waves.map(({ name, evidence }) => [name, evidence?.counts.active])).toEqual([
    ["canary", 1],
    ["rest", 1],
  ]);
  expect(rollout.why).toBe("1 of 1 node of wave rest is active and healthy.");
});

const audited = async (subject: string) =>
  (
    await cloud.database.query<{ action: string; actor_name: string }>(
      "select action, actor_name from audit_log where subject = $1 order by id",
      [subject],
    )
  ).map(({ action }) => action);

test("a model that a canary rejects goes back by itself, in the field and in Git", async () => {
  const canary = await connect("node-a", "canary", GOOD);
  const rest = await connect("node-b", "broad", GOOD);
  await rollouts.promote.mutate({ channel: "stable", digest: BAD, reason: "Looks good here" });
  await waitUntil(async () => (await newest()).state === "rolled-back");
  const item = await newest();
  expect(item.why).toBe(
    "Rolled back: 1 of 1 node in wave canary rejected the model (node-a: MODEL_OUTPUT_NOT_FINITE). None may.",
  );
  expect(canary.running).toBe(GOOD);
  await waitUntil(() => canary.report?.state === "active" && canary.report.digest === GOOD);
  // The way back is a newer statement that names the older model, and says why.
  const told = statementSchema.parse(canary.desired.at(-1)?.statement?.signed);
  expect(told).toMatchObject({ digest: GOOD, reason: item.why });
  expect(told.counter).toBe(canary.report?.counter);
  expect(rest.desired.every(({ statement }) => statement?.signed.digest !== BAD)).toBe(true);
  await waitUntil(async () => (await fleet.show("channels/stable.yaml")).includes(GOOD));
  await waitUntil(async () => (await rollouts.channels.query())[0]?.digest === GOOD);
  expect((await newest()).rolloutId).toBe(item.rolloutId);
  expect(await audited("stable")).toEqual(
    expect.arrayContaining(["rollout.start", "rollout.roll-back", "channel.promote"]),
  );
});

test("a node that was away neither stalls a rollout nor escapes it", async () => {
  const canary = await connect("node-a", "canary", GOOD);
  const away = await connect("node-c", "broad", GOOD);
  await waitUntil(() => away.report?.state === "active");
  nodes.splice(nodes.indexOf(away), 1);
  await away.leave();
  const rest = await connect("node-b", "broad", GOOD);
  await rollouts.promote.mutate({ channel: "stable", digest: NEXT, reason: "Newer" });
  await waitUntil(async () => (await newest()).state === "done");
  expect([canary.running, rest.running]).toEqual([NEXT, NEXT]);
  const back = await connect("node-c", "broad", GOOD);
  await waitUntil(() => back.running === NEXT);
  const { rolloutId } = await newest();
  await waitUntil(async () => {
    const { waves } = await rollouts.byId.query({ rolloutId });
    return waves[1]?.nodes?.every(({ state }) => state === "active") === true;
  });
  const { waves, rollout } = await rollouts.byId.query({ rolloutId });
  expect(waves[1]?.nodes?.map(({ nodeId }) => nodeId)).toEqual(["node-b", "node-c"]);
  // What it was decided on stays: one of the two was away then.
  expect(waves[1]?.evidence?.counts).toMatchObject({ active: 1, away: 1 });
  expect(rollout.state).toBe("done");
});

test("a person pauses, resumes and aborts; each is audited, and none twice", async () => {
  const canary = await connect("node-a", "canary", NEXT);
  await fleet.commit(
    {
      "channels/stable.yaml": stableFile(GOOD, {
        waves:
          "  - { name: canary, labels: { ring: canary }, watchSeconds: 600 }\n  - { name: rest }",
      }),
    },
    "a person's own commit",
  );
  await waitUntil(() => canary.running === GOOD);
  const item = await newest();
  expect(item).toMatchObject({ startedBy: "Lena", fromDigest: NEXT, toDigest: GOOD });
  const { rolloutId } = item;
  await rollouts.pause.mutate({ rolloutId, reason: "storm" });
  expect(await newest()).toMatchObject({ state: "paused", why: expect.stringMatching(/: storm$/) });
  await expect(rollouts.pause.mutate({ rolloutId })).rejects.toThrow(/is paused/);
  await rollouts.resume.mutate({ rolloutId });
  await waitUntil(async () => (await newest()).why.includes("Watches wave canary"));
  await rollouts.abort.mutate({ rolloutId });
  await waitUntil(() => canary.running === NEXT);
  await waitUntil(async () => (await fleet.show("channels/stable.yaml")).includes(NEXT));
  await expect(rollouts.abort.mutate({ rolloutId })).rejects.toThrow(/is aborted/);
  expect((await audited("stable")).slice(-5)).toEqual([
    "rollout.start",
    "rollout.pause",
    "rollout.resume",
    "rollout.abort",
    "channel.promote",
  ]);
});

test("a model that is revoked after its rollout is left, and its statements say so", async () => {
  const canary = await connect("node-a", "canary", NEXT);
  await fleet.commit({ "channels/stable.yaml": stableFile(GOOD) }, "good again");
  await waitUntil(async () => (await newest()).state === "done");
  await cloud.database.query(
    "update model_versions set state = 'revoked', revoked_at = 1, revoked_why = 'a leak' where digest = $1",
    [GOOD],
  );
  await waitUntil(async () => (await newest()).state === "rolled-back");
  await waitUntil(() => canary.running === NEXT);
  expect((await newest()).why).toBe("Rolled back: the model is revoked: a leak.");
  const told = statementSchema.parse(canary.desired.at(-1)?.statement?.signed);
  expect(told.revoked).toEqual([GOOD]);
});

test("a statement that is half over, or signed by another key, is issued anew with a higher counter", async () => {
  const canary = await connect("node-a", "canary", NEXT);
  await waitUntil(() => canary.report?.state === "active");
  const before = canary.report?.counter ?? 0;
  const database = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
  const day = 86_400_000;
  try {
    const ours = new StatementIssuer({ database, key: fleet.key });
    expect(await ours.issue(Date.now() + 14 * day)).toEqual([]);
    expect(await ours.issue(Date.now() + 16 * day)).toEqual(["stable.canary", "stable.rest"]);
    await waitUntil(() => (canary.report?.counter ?? 0) > before);
    expect(canary.report).toMatchObject({ state: "active", digest: NEXT });
    const { privateKey } = generateKeyPairSync("ed25519");
    const reissued = canary.report?.counter ?? 0;
    const theirs = new StatementIssuer({ database, key: privateKey });
    expect(await theirs.issue(Date.now())).toEqual(["stable.canary", "stable.rest"]);
    await waitUntil(() => (canary.report?.counter ?? 0) > reissued);
    expect(canary.report).toMatchObject({ state: "active", digest: NEXT });
  } finally {
    await database.stop();
  }
});

test("forged ids and words are refused before anything happens", async () => {
  const head = await fleet.git(fleet.url, "rev-parse", "main");
  const reason = "r";
  const unknown = "f".repeat(64);
  const rolloutId = crypto.randomUUID();
  await expect(rollouts.byId.query({ rolloutId })).rejects.toThrow(/no rollout/);
  for (const verb of ["pause", "resume", "abort"] as const) {
    await expect(rollouts[verb].mutate({ rolloutId })).rejects.toThrow(/no rollout/);
    await expect(rollouts[verb].mutate({ rolloutId: "../x" })).rejects.toThrow();
  }
  for (const [wish, words] of [
    [{ channel: "stable", digest: unknown, reason }, /FLEET_MODEL_UNKNOWN/],
    [{ channel: "stable", digest: GOOD, reason }, /FLEET_MODEL_REVOKED/],
    [{ channel: "other", digest: BASE, reason }, /FLEET_CHANNEL_UNKNOWN/],
    [{ channel: "../../etc/passwd", digest: BASE, reason }, /./],
    [{ channel: "--upload-pack=x", digest: BASE, reason }, /./],
    [{ channel: "stable", digest: `${BASE}\n`, reason }, /./],
    [{ channel: "stable", digest: BASE, reason: "a\u0000b" }, /./],
    [{ channel: "stable", digest: BASE, reason: " " }, /./],
    [{ channel: "stable", digest: BASE, reason: "x".repeat(501) }, /./],
  ] as const) {
    await expect(rollouts.promote.mutate(wish)).rejects.toThrow(words);
  }
  expect(await fleet.git(fleet.url, "rev-parse", "main")).toBe(head);
});

test("cameras that people want come with the retained desired state, also to a node that was away", async () => {
  const first = await connect("node-a", "canary", NEXT);
  await waitUntil(() => first.desired.length > 0);
  const wish = { nodeId: "node-a", cameraId: "gate-9", name: "Gate 9" };
  await connection.api.cameras.add.mutate({ ...wish, url: "rtsp://192.0.2.1/stream" });
  await waitUntil(() => first.desired.at(-1)?.cameras.length === 1);
  expect(first.desired.at(-1)).toMatchObject({
    nodeId: "node-a",
    cameras: [
      { cameraId: "gate-9", url: "rtsp://192.0.2.1/stream", enabled: true, deleted: false },
    ],
  });
  nodes.splice(nodes.indexOf(first), 1);
  await first.leave();
  await cloud.restart();
  const back = await connect("node-a", "canary", NEXT);
  await waitUntil(() => back.desired.at(-1)?.cameras.length === 1);
  expect(back.desired.at(-1)?.cameraRevision).toBe(first.desired.at(-1)?.cameraRevision);
});

test("a node that lost its connection while it fetched is offered the model again", async () => {
  const options = { labels: { channel: "stable", ring: "broad" }, keys: fleet.keys, running: BASE };
  const come = () =>
    FleetNode.connect(cloud.mqttUrl, "node-b", "b", { ...options, ends: () => "silent" });
  const cut = await come();
  await waitUntil(() => cut.offers.length === 1);
  await cut.leave();
  const back = await come();
  nodes.push(back);
  await waitUntil(() => back.offers.length === 1);
  expect(back.offers[0]).toMatchObject({ digest: NEXT });
});

test("an offer is made once, and again when its address has expired or the node has come anew", async () => {
  const database = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
  const sent: string[] = [];
  const offers = new ModelOffers({
    database,
    blobs: { presignGet: async (key) => `http://127.0.0.1:9/${key}` },
    send: (topic) => sent.push(topic) > 0,
    logger: pino({ level: "silent" }),
  });
  await cloud.database.query(
    `insert into nodes (node_id, online, first_seen_at, last_seen_at, started_at, model_report)
      values ('node-z', true, 1, 1, 1, $1)`,
    [JSON.stringify({ state: "fetching", digest: NEXT })],
  );
  const look = async (at: number) => {
    await offers.look("node-z", at);
    return sent.length;
  };
  expect(await look(0)).toBe(1);
  expect(await look(3_599_000)).toBe(1);
  expect(await look(3_601_000)).toBe(2);
  await cloud.database.query("update nodes set started_at = 2 where node_id = 'node-z'");
  expect(await look(3_602_000)).toBe(3);
  await cloud.database.query("update nodes set online = false where node_id = 'node-z'");
  expect(await look(99_000_000)).toBe(3);
  await database.stop();
});
