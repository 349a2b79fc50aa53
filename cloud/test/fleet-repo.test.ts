import { execFile } from "node:child_process";
import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FleetRepo } from "../src/rollout/fleet-repo.ts";
import { connectApi } from "./api-client.ts";
import { FleetFixture, stableFile } from "./fleet-fixture.ts";
import { FleetNode } from "./fleet-node.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { waitUntil } from "./wait-until.ts";

const BASE = "b".repeat(64);
const CANDIDATE = "c".repeat(64);
const REVOKED = "d".repeat(64);
const OTHER = "a1".repeat(32);
const PATH = "channels/stable.yaml";
const run = promisify(execFile);

let fleet: FleetFixture;
let cloud: RunningCloud;
let connection: ReturnType<typeof connectApi>;
let rollouts: ReturnType<typeof connectApi>["api"]["rollouts"];

beforeAll(async () => {
  fleet = await FleetFixture.make({ [PATH]: stableFile(null) });
  cloud = await startCloud({ "node-a": "a" }, fleet.environment);
  connection = connectApi(cloud.httpUrl);
  rollouts = connection.api.rollouts;
  await fleet.register(cloud.database, BASE);
  await fleet.register(cloud.database, OTHER);
  await fleet.register(cloud.database, CANDIDATE, "candidate");
  await fleet.register(cloud.database, REVOKED, "revoked");
  await waitUntil(async () => (await rollouts.repo.query())?.goodCommit !== null);
});
afterAll(async () => {
  await connection.close();
  await cloud.stop();
  await fleet.remove();
});

const fault = async () => (await rollouts.repo.query())?.fault ?? null;
const good = async () => (await rollouts.repo.query())?.goodCommit ?? null;

const big = `${stableFile(null)}# ${"x".repeat(10_000_000)}\n`;
const conflict = `<<<<<<< HEAD\n${stableFile(null)}=======\n${stableFile(BASE)}>>>>>>> lena\n`;

test.each<[string, string, { code: string; line: number | null }]>([
  ["a merge conflict", conflict, { code: "FLEET_FILE_CONFLICT", line: 1 }],
  ["10 MB of YAML", big, { code: "FLEET_FILE_TOO_LARGE", line: null }],
  ["a digest that is none", stableFile(BASE.slice(1)), { code: "FLEET_FILE_INVALID", line: 2 }],
  [
    "a digest with something behind it",
    stableFile(`"${BASE}; rm -rf /"`),
    { code: "FLEET_FILE_INVALID", line: 2 },
  ],
  ["a schema error", `${stableFile(null)}owner: me\n`, { code: "FLEET_FILE_INVALID", line: 8 }],
  [
    "a model that nobody knows",
    stableFile("e".repeat(64)),
    { code: "FLEET_MODEL_UNKNOWN", line: 2 },
  ],
  [
    "a model that nobody approved",
    stableFile(CANDIDATE),
    { code: "FLEET_MODEL_NOT_APPROVED", line: 2 },
  ],
  ["a model that is revoked", stableFile(REVOKED), { code: "FLEET_MODEL_REVOKED", line: 2 }],
])(
  "%s is told with file and line; the last good commit stays until a good one comes",
  async (_what, text, told) => {
    const before = await good();
    const channels = await rollouts.channels.query();
    const bad = await fleet.commit({ [PATH]: text }, "bad");
    await waitUntil(async () => (await fault()) !== null);
    expect(await fault()).toMatchObject({ ...told, file: PATH });
    expect(await rollouts.repo.query()).toMatchObject({ goodCommit: before, seenCommit: bad });
    expect(await rollouts.channels.query()).toEqual(channels);
    await expect(rollouts.list.query()).resolves.toEqual([]);
    const healed = await fleet.commit({ [PATH]: stableFile(null) }, "good");
    await waitUntil(async () => (await good()) === healed);
    expect(await fault()).toBeNull();
  },
);

test("two branches that were merged with their conflict are told by the line of the first mark", async () => {
  const before = await good();
  await fleet.pull();
  const git = (...args: string[]) => fleet.git(fleet.clone, ...args);
  for (const [branch, reason] of [
    ["rain", "sees in rain"],
    ["snow", "sees in snow"],
  ] as const) {
    await git("checkout", "--quiet", "-B", branch, "FETCH_HEAD");
    const text = stableFile(BASE).replace("as the test wants it", reason);
    await writeFile(join(fleet.clone, PATH), text);
    await git("commit", "--quiet", "-a", "-m", reason);
  }
  await expect(git("merge", "rain")).rejects.toThrow();
  await git("commit", "--quiet", "-a", "-m", "merged");
  await git("push", "--quiet", "origin", "HEAD:main");
  await waitUntil(async () => (await fault()) !== null);
  const marks = (await fleet.show(PATH))
    .split("\n")
    .findIndex((line) => line.startsWith("<<<<<<<"));
  expect(await fault()).toMatchObject({ code: "FLEET_FILE_CONFLICT", line: marks + 1, file: PATH });
  expect(await good()).toBe(before);
  const healed = await fleet.commit({ [PATH]: stableFile(null) }, "one side");
  await waitUntil(async () => (await good()) === healed);
});

test.each<[string, (folder: string) => Promise<unknown>, string, string]>([
  [
    "a link in the file's place",
    async (folder) => {
      await rm(join(folder, PATH));
      await symlink("/etc/passwd", join(folder, PATH));
    },
    PATH,
    "a link",
  ],
  [
    "a file with another ending",
    (folder) => writeFile(join(folder, "channels", "beta.yml"), stableFile(null)),
    "channels/beta.yml",
    "channels/beta.yaml",
  ],
  [
    "more files than are read",
    (folder) =>
      Promise.all(
        Array.from({ length: 201 }, (_, index) =>
          writeFile(join(folder, "channels", `c${index}.yaml`), stableFile(null)),
        ),
      ),
    "channels",
    "more than 200",
  ],
])("%s is told, and takes no channel away", async (_what, prepare, file, words) => {
  const before = await rollouts.channels.query();
  await fleet.pull();
  await fleet.git(fleet.clone, "checkout", "--quiet", "-B", "main", "FETCH_HEAD");
  await prepare(fleet.clone);
  await fleet.commitHere({}, "odd", []);
  await waitUntil(async () => (await fault()) !== null);
  expect(await fault()).toMatchObject({
    code: "FLEET_FILE_INVALID",
    file,
    message: expect.stringContaining(words),
  });
  expect(await rollouts.channels.query()).toEqual(before);
  await fleet.git(fleet.clone, "rm", "--quiet", "-r", "channels");
  await fleet.commitHere({ [PATH]: stableFile(null) }, "whole again", []);
  await waitUntil(async () => (await fault()) === null);
});

test("a person's own push from a clone is as good as a promotion, and the two build on one another", async () => {
  const node = await FleetNode.connect(cloud.mqttUrl, "node-a", "a", {
    labels: { channel: "stable", ring: "canary" },
    keys: fleet.keys,
    running: OTHER,
  });
  const folder = join(fleet.root, "her-clone");
  await fleet.git(fleet.root, "clone", "--quiet", fleet.url, folder);
  const text = stableFile(BASE).replace("as the test wants it", "Sees cars in rain");
  await writeFile(join(folder, PATH), `# hers\n${text}`);
  await fleet.git(folder, "commit", "--quiet", "-a", "-m", "stable: better in rain");
  await fleet.git(folder, "push", "--quiet");
  const commit = await fleet.git(folder, "rev-parse", "HEAD");
  await waitUntil(() => node.running === BASE);
  await waitUntil(async () => (await rollouts.list.query())[0]?.state === "done");
  expect((await rollouts.list.query())[0]).toMatchObject({
    toDigest: BASE,
    commitId: commit,
    reason: "Sees cars in rain",
    startedBy: "Lena",
  });
  expect(node.desired.at(-1)?.statement?.signed).toMatchObject({
    commit,
    reason: "Sees cars in rain",
  });
  await rollouts.promote.mutate({ channel: "stable", digest: OTHER, reason: "Back to the other" });
  await waitUntil(() => node.running === OTHER);
  await fleet.git(folder, "pull", "--quiet", "--ff-only");
  expect(await fleet.git(folder, "log", "-1", "--format=%s")).toContain(OTHER.slice(0, 12));
  expect(await fleet.show(PATH)).toMatch(/^# hers\n/);
  await node.leave();
});

test("a bad commit becomes good once its model is approved", async () => {
  const commit = await fleet.commit({ [PATH]: stableFile(CANDIDATE) }, "early");
  await waitUntil(async () => (await fault()) !== null);
  await cloud.database.query(
    "update model_versions set state = 'approved', manifest = '{}' where digest = $1",
    [CANDIDATE],
  );
  await waitUntil(async () => (await good()) === commit);
  expect((await rollouts.list.query())[0]).toMatchObject({ toDigest: CANDIDATE, state: "running" });
});

test("a history that was pushed over is not followed, until it is whole again", async () => {
  const before = await good();
  await fleet.pull();
  await fleet.git(fleet.clone, "checkout", "--quiet", "--orphan", "other");
  const forced = await fleet.commitHere({ [PATH]: stableFile(BASE) }, "mine now", ["--force"]);
  await waitUntil(async () => (await fault())?.code === "FLEET_HISTORY_REWRITTEN");
  expect(await rollouts.repo.query()).toMatchObject({ goodCommit: before, seenCommit: forced });
  await fleet.git(fleet.clone, "push", "--quiet", "--force", "origin", `${before}:main`);
  await waitUntil(async () => (await fault()) === null);
  expect(await good()).toBe(before);
});

test("a repository that is away is told, and followed again when it is back", async () => {
  await run("mv", [fleet.url, `${fleet.url}.away`]);
  await waitUntil(async () => (await fault())?.code === "FLEET_REPO_UNREACHABLE");
  await expect(
    rollouts.promote.mutate({ channel: "stable", digest: BASE, reason: "r" }),
  ).rejects.toThrow(/FLEET_REPO_UNREACHABLE/);
  await run("mv", [`${fleet.url}.away`, fleet.url]);
  await waitUntil(async () => (await fault()) === null);
});

test("of two who push at once both commits stand, one on the other", async () => {
  const workDir = join(fleet.root, "racing");
  const repos = [0, 1, 2].map(() => new FleetRepo({ url: fleet.url, workDir }));
  const author = { name: "--amend <x>", email: "a@b.invalid" };
  const commits = await Promise.all(
    repos.map((repo, index) =>
      repo.change("stable", async (text) => `${text}# ${index}\n`, {
        author: { ...author, name: `Lena ${index}` },
        message: `--race ${index}`,
      }),
    ),
  );
  const log = await fleet.git(fleet.url, "log", "-3", "--format=%H", "main");
  expect(log.split("\n").sort()).toEqual(commits.map(String).sort());
  expect(await fleet.show(PATH)).toMatch(/# [012]\n# [012]\n# [012]$/);
  for (const repo of repos) await repo.stop();
});

test("a repository that takes no push says so", async () => {
  await writeFile(
    join(fleet.url, "hooks", "pre-receive"),
    "#!/bin/sh\necho protected >&2\nexit 1\n",
    {
      mode: 0o755,
    },
  );
  await expect(
    rollouts.promote.mutate({ channel: "stable", digest: BASE, reason: "r" }),
  ).rejects.toThrow(/FLEET_PUSH_REFUSED.*protected/s);
});
