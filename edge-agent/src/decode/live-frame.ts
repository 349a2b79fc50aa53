import type { RgbFrame } from "./rgb-frame.ts";

/** One decoded picture of one camera, with its capture time. */
export interface LiveFrame {
  readonly cameraId: string;
  /** Counts the camera's frames since the agent started. */
  readonly frameNumber: number;
  /**
   * Milliseconds since the Unix epoch at which the first byte of the decoded picture reached the
   * agent. Cameras' own clocks are not trusted.
   */
  readonly capturedAt: number;
  readonly picture: RgbFrame;
  /** Gives the picture's memory back; nothing may look at it afterwards. */
  release(): void;
}
