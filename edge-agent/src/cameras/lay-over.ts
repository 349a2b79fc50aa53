import type { DesiredCamera } from "@sentinel/protocol/desired";
import type { CameraReport } from "@sentinel/protocol/status";
import type { CameraConfig } from "../config.ts";
import { cameraSchema } from "../config-schema.ts";
import { edgeError } from "../errors.ts";
import { remoteAddressFault } from "../source/remote-address.ts";

/** A node's cameras after people's settings were laid over its own file. */
export interface LaidOver {
  cameras: CameraConfig[];
  /** The settings that are in force: for one that was refused, those before it. */
  inForce: DesiredCamera[];
  refused: CameraReport["refused"];
}

/**
 * Lays people's settings over the configuration file's cameras, by id. One that is refused leaves the
 * camera as it was.
 *
 * @param own the file's cameras.
 * @param before the settings that were in force so far.
 */
export function layOver(
  own: readonly CameraConfig[],
  wanted: readonly DesiredCamera[],
  before: readonly DesiredCamera[] = [],
): LaidOver {
  const cameras = new Map(own.map((camera) => [camera.id, camera]));
  const inForce: DesiredCamera[] = [];
  const refused: CameraReport["refused"] = [];
  for (const setting of wanted) {
    const { cameraId } = setting;
    const file = own.find(({ id }) => id === cameraId);
    const found = apply(setting, file);
    if (typeof found !== "string") {
      put(cameras, cameraId, found);
      inForce.push(setting);
      continue;
    }
    const { code, message } = edgeError("CAMERA_SETTINGS_REFUSED", found);
    refused.push({ cameraId, fault: { code, message: message.slice(0, 500) } });
    const earlier = before.find((known) => known.cameraId === cameraId);
    const kept = earlier === undefined ? undefined : apply(earlier, file);
    if (earlier === undefined || typeof kept === "string" || kept === undefined) continue;
    put(cameras, cameraId, kept);
    inForce.push(earlier);
  }
  return { cameras: [...cameras.values()], inForce, refused };
}

function put(cameras: Map<string, CameraConfig>, id: string, camera: CameraConfig | null): void {
  if (camera === null) cameras.delete(id);
  else cameras.set(id, camera);
}

/** The camera as it is wanted, null where it is to go, or what is wrong with it. */
function apply(
  setting: DesiredCamera,
  file: CameraConfig | undefined,
): CameraConfig | null | string {
  const { cameraId: id, name, enabled, deleted } = setting;
  if (deleted) return null;
  const url = setting.url ?? file?.url;
  if (url === undefined)
    return "url: this node's own file does not know the camera; give an address";
  const wrong = remoteAddressFault(url);
  if (setting.url !== null && wrong !== null) return wrong;
  const parsed = cameraSchema.safeParse({ id, name, url, enabled });
  if (!parsed.success) {
    return parsed.error.issues
      .map(({ path, message }) => `${path.join(".") || "camera"}: accepted: ${message}`)
      .join("; ");
  }
  return parsed.data;
}
