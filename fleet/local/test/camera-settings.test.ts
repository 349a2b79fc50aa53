import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { uuidV7 } from "../../../cloud/test/uuid-v7.ts";
import { waitUntil } from "../../../cloud/test/wait-until.ts";
import { TESTDATA } from "../../../edge-agent/test/test-data.ts";
import { CARS_CLIP, NODE, SiteFixture, SQUARE_CLIP } from "./site-fixture.ts";

const SQUARE = { id: "square", name: "Square", url: SQUARE_CLIP };
const WITHIN_MS = 40_000;

let site: SiteFixture;

beforeAll(async () => {
  site = await SiteFixture.start();
});
beforeEach(() => site.clear());
afterAll(() => site.stop());

const cameras = () => site.api.cameras;
const key = (cameraId: string) => ({ nodeId: NODE, cameraId });
const refused = (code: string) =>
  expect.objectContaining({ data: expect.objectContaining({ code }) });
const becomes = (cameraId: string, wish: string, state: string | null) =>
  waitUntil(async () => {
    const camera = await site.camera(cameraId);
    return camera?.wish === wish && (camera.reported?.state ?? null) === state;
  }, WITHIN_MS);
const audited = () =>
  site.cloud.database.query<Record<string, unknown>>(
    "select action, subject, actor_name, before, after from audit_log order by id",
  );

test("a camera is added, changed, switched off and on, and removed; the node answers each, and each is in the audit log", async () => {
  await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  const since = (await site.camera("square"))?.reported?.since;
  await cameras().add.mutate({ ...key("cars"), name: " Road ", url: CARS_CLIP });
  await becomes("cars", "accepted", "live");
  expect(await site.camera("cars")).toMatchObject({
    name: "Road",
    address: "intel-car-detection.mp4",
    enabled: true,
    refusal: null,
    place: null,
    nodeOnline: true,
    reported: { name: "Road", width: 768, height: 432 },
  });
  await cameras().edit.mutate({ ...key("cars"), name: "Road, east" });
  await waitUntil(async () => (await site.camera("cars"))?.reported?.name === "Road, east");
  await cameras().edit.mutate({ ...key("cars"), enabled: false });
  await becomes("cars", "accepted", null);
  expect(await site.camera("cars")).toMatchObject({ name: "Road, east", enabled: false });
  await cameras().edit.mutate({ ...key("cars"), enabled: true });
  await becomes("cars", "accepted", "live");
  await cameras().remove.mutate(key("cars"));
  await waitUntil(async () => (await site.camera("cars")) === undefined);
  expect((await site.camera("square"))?.reported?.since).toBe(since);

  const rows = await audited();
  expect(rows.map(({ action }) => action)).toEqual([
    "camera.add",
    "camera.edit",
    "camera.edit",
    "camera.edit",
    "camera.remove",
  ]);
  expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set([`${NODE}/cars`]));
  expect(rows[0]).toMatchObject({ before: null, after: { name: "Road", enabled: true } });
  expect(rows[1]).toMatchObject({ before: { name: "Road" }, after: { name: "Road, east" } });
  expect(rows[2]).toMatchObject({ before: { enabled: true }, after: { enabled: false } });
  expect(rows[4]).toMatchObject({ before: { name: "Road, east" }, after: null });
  expect(rows.every(({ actor_name: name }) => typeof name === "string" && name !== "")).toBe(true);

  // Its id is free again, and so is that of a camera of the node's own file.
  await cameras().add.mutate({ ...key("cars"), name: "Road", url: CARS_CLIP });
  await cameras().remove.mutate(key("square"));
  await waitUntil(async () => (await site.camera("square")) === undefined);
  await becomes("cars", "accepted", "live");
}, 120_000);

test("a node refuses in its own words, and what ran before runs on untouched", async () => {
  await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  const before = await site.camera("square");
  await cameras().edit.mutate({ ...key("square"), name: "Roof", url: "ftp://10.0.0.7/x" });
  await cameras().add.mutate({ ...key("roof"), name: "Roof", url: "clips/roof.mp4" });
  await waitUntil(async () => (await site.camera("roof"))?.wish === "refused");
  expect(await site.camera("square")).toMatchObject({
    wish: "refused",
    refusal: { code: "CAMERA_SETTINGS_REFUSED", message: expect.stringContaining("rtsp://") },
    reported: { name: "Square", state: "live", since: before?.reported?.since },
  });
  expect(await site.camera("roof")).toMatchObject({
    refusal: {
      code: "CAMERA_SETTINGS_REFUSED",
      message: expect.stringContaining("an absolute path"),
    },
    reported: null,
  });
  await cameras().edit.mutate({ ...key("roof"), url: CARS_CLIP });
  await becomes("roof", "accepted", "live");
  await cameras().edit.mutate({ ...key("square"), url: null });
  await becomes("square", "accepted", "live");
  expect(await site.camera("square")).toMatchObject({
    refusal: null,
    reported: { name: "Roof", since: before?.reported?.since },
  });
}, 120_000);

test("a wish for a node that is away stays requested, over a restart of the cloud too, and is taken when it is back", async () => {
  const agent = await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  await site.stopAgent(agent);
  await cameras().add.mutate({ ...key("cars"), name: "Road", url: CARS_CLIP });
  await cameras().edit.mutate({ ...key("square"), enabled: false });
  await expect(cameras().probe.mutate({ nodeId: NODE, url: CARS_CLIP })).rejects.toThrow(
    /offline; try again when it is back/,
  );
  await site.restartCloud();
  expect(await site.camera("cars")).toMatchObject({ wish: "requested", nodeOnline: false });
  expect(await site.camera("square")).toMatchObject({ wish: "requested", enabled: false });
  await site.agent([SQUARE]);
  await becomes("cars", "accepted", "live");
  await becomes("square", "accepted", null);
}, 120_000);

test("a node looks at an address and says what it sees, or why it sees nothing", async () => {
  await site.agent();
  const probe = (url: string) => cameras().probe.mutate({ nodeId: NODE, url });
  expect(await probe(CARS_CLIP)).toEqual({
    ok: true,
    probe: { width: 768, height: 432, codec: "h264", fps: 12.5 },
  });
  const silent = await probe("rtsp://user:hunter2@127.0.0.1:9/hunter2?pwd=hunter2");
  expect(silent).toMatchObject({ ok: false, fault: { code: "CAMERA_UNREACHABLE" } });
  expect(JSON.stringify(silent)).not.toContain("hunter2");
  const sound = join(TESTDATA, "bad", "videos", "audio-only.mp4");
  expect(await probe(sound)).toMatchObject({ fault: { code: "CAMERA_NO_VIDEO_STREAM" } });
  for (const url of ["file:///etc/passwd", "concat:/etc/passwd", "x.mp4"]) {
    expect(await probe(url)).toMatchObject({ fault: { code: "CAMERA_SETTINGS_REFUSED" } });
  }
  expect(await site.api.cameras.settings.query()).toEqual([]);
  expect(await audited()).toEqual([]);
}, 120_000);

test("passwords in addresses reach no list, log, audit row or message of a fault", async () => {
  const addresses = [
    "rtsp://user:hunter2@127.0.0.1:9/x",
    "rtsp://user:p@hunter2@127.0.0.1:9/x",
    "rtsp://user:12/hunter2@127.0.0.1:9/x",
    "rtsp://user:12#hunter2@127.0.0.1:9/x",
    "rtsp://user:it'hunter2@127.0.0.1:9/x",
    "rtsp://127.0.0.1:9/user=admin&password=hunter2",
    "http://127.0.0.1:9/video?pwd=hunter2",
    "user:hunter2@127.0.0.1",
    "rtsp:/user:hunter2@127.0.0.1:9",
    "//user:hunter2@127.0.0.1:9/x",
  ];
  const agent = await site.agent();
  const answers = [];
  for (const [index, url] of addresses.entries()) {
    await cameras().add.mutate({ ...key(`camera-${index}`), name: "Gate", url });
    answers.push(await cameras().probe.mutate({ nodeId: NODE, url }));
  }
  const last = addresses.length - 1;
  await cameras().edit.mutate({ ...key(`camera-${last}`), url: "rtsp://u:hunter2@127.0.0.1:9/y" });
  await waitUntil(async () => {
    const list = await site.api.cameras.settings.query();
    return list.every(({ wish, reported }) => wish === "refused" || reported?.fault != null);
  }, WITHIN_MS);
  await cameras().remove.mutate(key("camera-0"));
  const tables = await site.cloud.database.query<{ name: string }>(
    "select relname as name from pg_stat_user_tables where relname <> 'camera_settings'",
  );
  const kept = await Promise.all(
    tables.map(({ name }) => site.cloud.database.query(`select * from "${name}"`)),
  );
  const told = JSON.stringify([
    answers,
    await site.api.cameras.settings.query(),
    await site.api.cameras.list.query(),
    await site.api.nodes.list.query(),
    kept,
    site.cloud.log,
    agent.stdout,
    agent.stderr,
  ]);
  expect(told).toContain("Gate");
  expect(told).toContain("CAMERA_UNREACHABLE");
  expect(told.match(/.{0,80}hunter2.{0,40}/)?.[0]).toBeUndefined();
  expect((await audited()).length).toBe(addresses.length + 2);
}, 120_000);

test("every line that breaks programs is taken as it is or refused with what is accepted, in every field", async () => {
  const lines = JSON.parse(
    readFileSync(join(TESTDATA, "bad", "strings", "blns.json"), "utf8"),
  ) as string[];
  const trap = "/tmp/blns.fail";
  rmSync(trap, { force: true });
  await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  const told = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "taken",
      (error: { data?: { code?: string } }) => error.data?.code ?? String(error),
    );
  const tryLine = async (line: string, index: number): Promise<void> => {
    const trimmed = line.trim();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    const isText = trimmed !== "" && trimmed.isWellFormed() && !/[\0-\x1f\x7f-\x9f]/.test(trimmed);
    const answerTo = (max: number) =>
      isText && [...trimmed].length <= max ? "taken" : "BAD_REQUEST";
    const byUrl = { ...key(`url-${index}`), name: "Gate", url: line };
    expect(await told(cameras().add.mutate(byUrl)), line).toBe(answerTo(2000));
    const byName = { ...key(`name-${index}`), name: line, url: "/nowhere.mp4", enabled: false };
    expect(await told(cameras().add.mutate(byName)), line).toBe(answerTo(100));
    if (answerTo(100) === "taken") {
      await cameras().edit.mutate({ ...key(`name-${index}`), enabled: false });
      names.set(`name-${index}`, trimmed);
    }
    for (const forged of [key(line), { nodeId: line, cameraId: "gate" }]) {
      const remove = await told(cameras().remove.mutate(forged));
      expect(remove, line).toMatch(/^(BAD_REQUEST|NOT_FOUND)$/);
    }
  };
  const names = new Map<string, string>();
  const all = [...lines, "null\u0000byte", "half \ud83d pair"];
  for (let from = 0; from < all.length; from += 50) {
    await Promise.all(all.slice(from, from + 50).map((line, at) => tryLine(line, from + at)));
  }
  expect(names.size).toBeGreaterThan(400);
  await waitUntil(async () => {
    const list = await site.api.cameras.settings.query();
    return list.every(({ wish }) => wish !== "requested");
    // A thousand answers of one node.
  }, 150_000);
  const list = await site.api.cameras.settings.query();
  for (const [cameraId, name] of names) {
    expect(list.find((camera) => camera.cameraId === cameraId)?.name).toBe(name);
  }
  expect(list.filter(({ wish }) => wish === "refused").length).toBeGreaterThan(380);
  await becomes("square", "reported", "live");
  expect(existsSync(trap)).toBe(false);
}, 300_000);

test("forged ids, doubles and places beyond the earth are refused, and nothing is written", async () => {
  await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  const address = { name: "Gate", url: "rtsp://127.0.0.1:9/x" };
  const other = { nodeId: "node-x", cameraId: "gate" };
  await expect(cameras().add.mutate({ ...key("square"), ...address })).rejects.toEqual(
    refused("CONFLICT"),
  );
  await expect(cameras().add.mutate({ ...other, ...address })).rejects.toEqual(
    refused("NOT_FOUND"),
  );
  await expect(cameras().edit.mutate({ ...key("gate"), name: "x" })).rejects.toEqual(
    refused("NOT_FOUND"),
  );
  await expect(cameras().remove.mutate(key("gate"))).rejects.toEqual(refused("NOT_FOUND"));
  await expect(cameras().probe.mutate({ nodeId: "node-x", url: "/x" })).rejects.toEqual(
    refused("NOT_FOUND"),
  );
  const nowhere = { latitude: 0, longitude: 0, direction: null };
  for (const change of [
    { latitude: 91 },
    { latitude: Number.NaN },
    { longitude: -181 },
    { direction: 360 },
    { direction: -1 },
  ]) {
    const place = { ...nowhere, ...change };
    await expect(cameras().place.mutate({ ...key("square"), place })).rejects.toEqual(
      refused("BAD_REQUEST"),
    );
  }
  await expect(cameras().place.mutate({ ...other, place: nowhere })).rejects.toEqual(
    refused("NOT_FOUND"),
  );
  for (const cameraId of ["../etc", "A", "gate ", "", uuidV7().repeat(3), "a/b", "+", "#"]) {
    await expect(cameras().remove.mutate({ nodeId: NODE, cameraId })).rejects.toEqual(
      refused("BAD_REQUEST"),
    );
  }
  expect(await audited()).toEqual([]);
  expect(await site.cloud.database.query("select * from camera_settings")).toEqual([]);
});

test("a node takes a thousand cameras and no more", async () => {
  await site.agent();
  await site.cloud.database.query(
    `insert into camera_settings (node_id, camera_id, name, url, enabled, deleted_at, revision,
      requested_at, requested_by) select $1, 'camera-' || n, 'Gate', '/x.mp4', false, n % 2, n, 1, 'Lena'
      from generate_series(1, 1000) as n`,
    [NODE],
  );
  const wish = { name: "One more", url: "/x.mp4" };
  await expect(cameras().add.mutate({ ...key("more"), ...wish })).rejects.toThrow(
    /has 1000 cameras/,
  );
});

test("a place is kept and audited, asks nothing of the node, and survives what comes after", async () => {
  await site.agent([SQUARE]);
  await becomes("square", "reported", "live");
  const place = { latitude: 53.5436, longitude: 9.9665, direction: 271.5 };
  await cameras().place.mutate({ ...key("square"), place });
  expect(await site.camera("square")).toMatchObject({ place, wish: "reported" });
  await cameras().edit.mutate({ ...key("square"), name: "Quay" });
  await becomes("square", "accepted", "live");
  expect(await site.camera("square")).toMatchObject({ place, name: "Quay" });
  await cameras().place.mutate({ ...key("square"), place: null });
  expect((await site.camera("square"))?.place).toBeNull();
  const rows = await audited();
  expect(rows.map(({ action }) => action)).toEqual(["camera.place", "camera.edit", "camera.place"]);
  expect(rows[0]).toMatchObject({ after: place });
  expect(rows[2]).toMatchObject({ before: place, after: null });
});
