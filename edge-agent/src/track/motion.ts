import type { Box } from "@sentinel/protocol/box";

/** Where a box is and how it moves, in fractions of the frame per millisecond. */
export interface Motion {
  box: Box;
  /** Speed of the centre. */
  velocityX: number;
  velocityY: number;
  at: number;
}

/**
 * How much of a newly measured speed is taken over. Two frames of a detector are noisy; 0.5 follows
 * a turn within three frames (exponential smoothing in place of ByteTrack's Kalman filter, whose
 * noise model is in frames, while our frames come at uneven times).
 */
const VELOCITY_GAIN = 0.5;

/** A box is not predicted further ahead than this; beyond it a speed says nothing. */
const MAX_AHEAD_MS = 1000;

/** A first sight: it does not move yet. */
export function startMotion(box: Box, at: number): Motion {
  return { box, velocityX: 0, velocityY: 0, at };
}

/** Takes in where the object was seen next. @param isSecond the first speed is taken over whole. */
export function moveTo(motion: Motion, box: Box, at: number, isSecond: boolean): Motion {
  const elapsedMs = at - motion.at;
  if (elapsedMs <= 0) return { ...motion, box };
  const gain = isSecond ? 1 : VELOCITY_GAIN;
  const [fromX, fromY] = centre(motion.box);
  const [toX, toY] = centre(box);
  return {
    box,
    at,
    velocityX: motion.velocityX + gain * ((toX - fromX) / elapsedMs - motion.velocityX),
    velocityY: motion.velocityY + gain * ((toY - fromY) / elapsedMs - motion.velocityY),
  };
}

/** Where the box should be at a later time; it may reach beyond the frame. */
export function predict(motion: Motion, at: number): Box {
  const aheadMs = Math.min(Math.max(at - motion.at, 0), MAX_AHEAD_MS);
  const [x, y, width, height] = motion.box;
  return [x + motion.velocityX * aheadMs, y + motion.velocityY * aheadMs, width, height];
}

function centre([x, y, width, height]: Box): [number, number] {
  return [x + width / 2, y + height / 2];
}
