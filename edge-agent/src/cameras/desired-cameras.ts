import { CodedError } from "@sentinel/protocol/coded-error";
import { type Desired, desiredCameraSchema } from "@sentinel/protocol/desired";
import { type CameraReport, cameraReportSchema } from "@sentinel/protocol/status";
import { z } from "zod";
import type { CameraConfig } from "../config.ts";
import type { FaultLog } from "../fault-log.ts";
import { layOver } from "./lay-over.ts";

/** Where the settings are remembered over restarts. */
export interface CameraNotes {
  note(key: "desired_cameras"): string | null;
  setNote(key: "desired_cameras", value: string): void;
}

const memorySchema = z.object({
  inForce: z.array(desiredCameraSchema),
  report: cameraReportSchema,
});
type Memory = z.infer<typeof memorySchema>;

/** People's camera settings: taken from desired state, remembered, reported. */
export class DesiredCameras {
  readonly #own: readonly CameraConfig[];
  readonly #notes: CameraNotes;
  readonly #faults: FaultLog;
  #memory: Memory | null = null;

  constructor(options: { own: readonly CameraConfig[]; notes: CameraNotes; faults: FaultLog }) {
    this.#own = options.own;
    this.#notes = options.notes;
    this.#faults = options.faults;
  }

  /** Null before the first settings came. */
  get report(): CameraReport | null {
    return this.#memory?.report ?? null;
  }

  /** The node's cameras as the settings in force want them. */
  get cameras(): CameraConfig[] {
    return layOver(this.#own, this.#memory?.inForce ?? []).cameras;
  }

  /** Reads what was in force when the agent ended. @throws OUTBOX_* */
  load(): void {
    const note = this.#notes.note("desired_cameras");
    const parsed = memorySchema.safeParse(note === null ? null : JSON.parse(note));
    if (parsed.success) this.#memory = parsed.data;
  }

  take(desired: Pick<Desired, "cameraRevision" | "cameras">): void {
    const before = this.#memory?.inForce ?? [];
    const { inForce, refused } = layOver(this.#own, desired.cameras, before);
    this.#memory = { inForce, report: { revision: desired.cameraRevision, refused } };
    try {
      this.#notes.setNote("desired_cameras", JSON.stringify(this.#memory));
    } catch (error) {
      // They are in force all the same, and come again with the next connection.
      if (!(error instanceof CodedError)) throw error;
      this.#faults.count(error);
    }
  }
}
