import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectApi, SERVICE_HEADERS } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

const PICTURE = Buffer.from("89504e470d0a1a0a", "hex");
let folder: string;
let cloud: RunningCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-tiles-"));
  for (const tile of ["14/8645/5293", "14/8646/5293", "14/8646/5294", "15/17290/10586"]) {
    await mkdir(join(folder, tile, ".."), { recursive: true });
    await writeFile(join(folder, `${tile}.png`), PICTURE);
  }
  await writeFile(join(folder, "attribution.txt"), "Harbour office, 2025\n");
  await writeFile(join(folder, "secret.txt"), "secret");
  cloud = await startCloud({}, { SENTINEL_MAP_TILES: folder });
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

test("people are told what the operator's map covers, and get its pictures", async () => {
  const { api, close } = connectApi(cloud.httpUrl);
  const map = await api.system.map.query();
  await close();
  expect(map).toMatchObject({ minZoom: 14, maxZoom: 15, attribution: "Harbour office, 2025" });
  const [west, south, east, north] = map?.bounds ?? [];
  expect(west).toBeCloseTo(9.9536, 3);
  expect(east).toBeCloseTo(9.9976, 3);
  expect(south).toBeCloseTo(53.5534, 3);
  expect(north).toBeCloseTo(53.5795, 3);
  const answer = await fetch(`${cloud.httpUrl}/api/map-tiles/14/8645/5293`, {
    headers: SERVICE_HEADERS,
  });
  expect(answer.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(PICTURE);
  expect((await fetch(`${cloud.httpUrl}/api/map-tiles/14/8645/5293`)).status).toBe(401);
});

test.each([
  "14/8645/1",
  "14/8645/5293.png",
  "14/8645/..%2f..%2fsecret",
  "-1/0/0",
  "a/b/c",
  "14/8645",
])("%s is no picture", async (path) => {
  const answer = await fetch(`${cloud.httpUrl}/api/map-tiles/${path}`, {
    headers: { accept: "text/html", ...SERVICE_HEADERS },
  });
  expect(answer.status).toBe(404);
});

test("a folder without tiles is refused at the start, a cloud without a folder says that it has none", async () => {
  await expect(startCloud({}, { SENTINEL_MAP_TILES: tmpdir() })).rejects.toMatchObject({
    code: "CLOUD_CONFIG_INVALID",
    message: expect.stringContaining("{zoom}/{x}/{y}.png") as string,
  });
  const bare = await startCloud({});
  const { api, close } = connectApi(bare.httpUrl);
  expect(await api.system.map.query()).toBeNull();
  await close();
  await bare.stop();
});
