import type { Box } from "@sentinel/protocol/box";

/** Why people are asked about a picture. */
export type Reason = "score-band" | "flicker" | "motion" | "audit";

/** An ended event, or a sighting of motion, whose picture is here. */
export interface Candidate {
  eventId: string;
  nodeId: string;
  cameraId: string;
  /** What the model said; null where it saw nothing. */
  classId: number | null;
  className: string | null;
  score: number | null;
  /** In fractions of the frame. */
  box: Box;
  frames: number;
  /** Other classes that were seen at the same place and time. */
  rivals: number;
  /** SHA-256 of the picture, its size in pixels, and where it lies in the frame. */
  picture: string;
  width: number;
  height: number;
  crop: Box;
  modelDigest: string;
  capturedAt: number;
}

/** A rule's word on a candidate: the reason to ask, and how much it is worth (higher first). */
export interface Verdict {
  reason: Reason;
  priority: number;
}

/** One rule; null where it has nothing to ask. */
export type Rule = (candidate: Candidate) => Verdict | null;
