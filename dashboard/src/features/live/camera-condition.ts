import type { Camera } from "../../connection/api.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";

/** A live camera without a new picture for this long is stale. */
const STALE_AFTER_MS = 5_000;

/** How a camera fares, in a word with its tone. */
export interface CameraCondition {
  kind: "live" | "waiting" | "stale" | "connecting" | "down" | "node-offline" | "unknown";
  word: string;
  tone: StatusTone;
}

const CONDITIONS = {
  live: { kind: "live", word: "Live", tone: "live" },
  waiting: { kind: "waiting", word: "Waiting", tone: "connecting" },
  stale: { kind: "stale", word: "Stale", tone: "stale" },
  connecting: { kind: "connecting", word: "Connecting", tone: "connecting" },
  down: { kind: "down", word: "Down", tone: "down" },
  "node-offline": { kind: "node-offline", word: "Node offline", tone: "down" },
  unknown: { kind: "unknown", word: "Not heard of", tone: "unknown" },
} as const satisfies Record<CameraCondition["kind"], CameraCondition>;

/**
 * What is true of a camera now. The node's word comes first: of a node that is away nothing is known,
 * and a camera that is said to be live is stale when its pictures stop.
 * @param shownAt capture time of the picture on screen, null where none came yet
 */
export function cameraCondition(
  camera: Pick<Camera, "state" | "nodeOnline">,
  shownAt: number | null,
  now: number,
): CameraCondition {
  if (!camera.nodeOnline) return CONDITIONS["node-offline"];
  if (camera.state === "unknown") return CONDITIONS.unknown;
  if (camera.state === "down") return CONDITIONS.down;
  if (camera.state === "connecting") return CONDITIONS.connecting;
  if (shownAt === null) return CONDITIONS.waiting;
  return now - shownAt > STALE_AFTER_MS ? CONDITIONS.stale : CONDITIONS.live;
}
