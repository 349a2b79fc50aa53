import type { Box } from "@sentinel/protocol/box";
import { v7 as uuidv7 } from "uuid";
import type { LiveFrame } from "../decode/live-frame.ts";
import { edgeError } from "../errors.ts";
import { takeSnapshot } from "../event/snapshot.ts";
import type { FaultLog } from "../fault-log.ts";
import type { NewRow } from "../outbox/outbox.ts";
import { MotionWatch } from "./motion-watch.ts";

/** Turns lasting motion without a box into rows of the outbox, each with its snapshot. */
export class MotionReporter {
  readonly #cameraId: string;
  readonly #write: (entry: NewRow) => void;
  readonly #faults: FaultLog;
  readonly #watch = new MotionWatch();

  constructor(options: { cameraId: string; write: (entry: NewRow) => void; faults: FaultLog }) {
    this.#cameraId = options.cameraId;
    this.#write = options.write;
    this.#faults = options.faults;
  }

  /** Takes a frame and all that was detected in it; the frame may be released once this has settled. */
  async frame(frame: LiveFrame, detected: readonly Box[], modelDigest: string): Promise<void> {
    const sighting = this.#watch.see(frame.picture, frame.capturedAt, detected);
    if (sighting === null) return;
    try {
      const { ref, jpeg } = await takeSnapshot(frame.picture, sighting.box);
      const row = {
        kind: "motion" as const,
        eventId: uuidv7(),
        cameraId: this.#cameraId,
        createdAt: Date.now(),
        capturedAt: frame.capturedAt,
        startedAt: sighting.startedAt,
        box: sighting.box,
        modelDigest,
        snapshot: ref,
      };
      this.#write({ row, jpeg });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#faults.count(edgeError("SNAPSHOT_FAILED", `no snapshot of motion: ${why}`, error), {
        cameraId: this.#cameraId,
      });
    }
  }
}
