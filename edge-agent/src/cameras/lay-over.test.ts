import type { DesiredCamera } from "@sentinel/protocol/desired";
import { expect, test } from "vitest";
import type { CameraConfig } from "../config.ts";
import { layOver } from "./lay-over.ts";

const OWN: CameraConfig[] = [
  { id: "gate", name: "Gate", url: "rtsp://u:p@cam/gate", enabled: true },
  { id: "quay", url: "/clips/quay.mp4", enabled: true },
];

function want(cameraId: string, changes: Partial<DesiredCamera> = {}): DesiredCamera {
  return { cameraId, name: cameraId, url: null, enabled: true, deleted: false, ...changes };
}

test("the file's cameras stay where nobody said anything", () => {
  expect(layOver(OWN, [])).toEqual({ cameras: OWN, inForce: [], refused: [] });
});

test("settings are laid over by id: names, addresses, off, gone, new", () => {
  const { cameras, refused } = layOver(OWN, [
    want("gate", { name: "Main gate" }),
    want("quay", { deleted: true }),
    want("roof", { url: "https://cam/roof.m3u8", enabled: false }),
  ]);
  expect(cameras).toEqual([
    { id: "gate", name: "Main gate", url: "rtsp://u:p@cam/gate", enabled: true },
    { id: "roof", name: "roof", url: "https://cam/roof.m3u8", enabled: false },
  ]);
  expect(refused).toEqual([]);
});

test.each([
  ["ftp://u:hunter2@cam/a", "url: accepted: an address that begins with rtsp://"],
  ["concat:/etc/passwd", "url: accepted: an address that begins with rtsp://"],
  ["rtsp://", "url: accepted: an address that begins with rtsp://"],
  ["clips/a.mp4", "url: accepted: an absolute path where it is a file"],
  [null, "url: this node's own file does not know the camera"],
])("%s is refused in the edge's words, and the others are taken", (url, words) => {
  const { cameras, refused } = layOver(OWN, [want("roof", { url }), want("gate", { name: "A" })]);
  expect(refused).toMatchObject([{ cameraId: "roof", fault: { code: "CAMERA_SETTINGS_REFUSED" } }]);
  expect(refused[0]?.fault.message).toContain(words);
  expect(JSON.stringify(refused)).not.toContain("hunter2");
  expect(cameras.map(({ id, name }) => [id, name])).toEqual([
    ["gate", "A"],
    ["quay", undefined],
  ]);
});

test("a refused setting leaves in force what was before it", () => {
  const before = layOver(OWN, [want("roof", { url: "rtsp://cam/roof" })]);
  const after = layOver(OWN, [want("roof", { url: "gopher://cam" })], before.inForce);
  expect(after.cameras.find(({ id }) => id === "roof")?.url).toBe("rtsp://cam/roof");
  expect(after.inForce).toEqual(before.inForce);
  expect(after.refused).toHaveLength(1);
});
