/** Where and when a picture was taken. */
export interface TimedPicture {
  picture: string;
  nodeId: string;
  cameraId: string;
  /** 0: not known; such a picture is a block of its own. */
  capturedAt: number;
}

/** A part that pictures are learnt from, or measured on while learning. */
export type LearningSplit = "train" | "validation";

/**
 * Lengths of blocks of time, the longest first; each is a whole number of the next, and all begin at
 * the epoch, so that short blocks never reach across the bounds of long ones.
 */
export const BLOCK_SECONDS: readonly number[] = [600, 120, 30, 10];

/** Which parts hold pictures of a block, by the block's name. */
export type HeldBlocks = ReadonlyMap<string, ReadonlySet<LearningSplit>>;

/** Where a picture belongs by the time at which it was taken. */
export interface Home {
  block: string;
  /** The part that has the block already; null where none has. */
  part: LearningSplit | null;
}

/** The name of a picture's block of that length. */
export function blockOf(
  { picture, nodeId, cameraId, capturedAt }: TimedPicture,
  seconds: number,
): string {
  if (capturedAt === 0) return picture;
  return `${nodeId}/${cameraId}/${seconds}/${Math.floor(capturedAt / (seconds * 1000))}`;
}

/** That length, and the shorter ones into which its blocks may have been cut. */
export function lengthsFrom(seconds: number): number[] {
  return [seconds, ...BLOCK_SECONDS.filter((shorter) => shorter < seconds)];
}

/** Which parts hold pictures of which blocks, of all these lengths. */
export function heldBlocks(
  pictures: Iterable<readonly [TimedPicture, LearningSplit]>,
  lengths: readonly number[],
): HeldBlocks {
  const held = new Map<string, Set<LearningSplit>>();
  for (const [picture, part] of pictures) {
    for (const seconds of lengths) {
      const block = blockOf(picture, seconds);
      held.set(block, (held.get(block) ?? new Set()).add(part));
    }
  }
  return held;
}

/**
 * A picture goes where its block is. A block is cut into shorter ones only where both parts have
 * pictures of it already, because an earlier version had to cut finer; and where even the shortest
 * is in both, the picture is learnt from, because what was learnt can never be measured on.
 */
export function homeOf(picture: TimedPicture, lengths: readonly number[], held: HeldBlocks): Home {
  let block = picture.picture;
  for (const seconds of lengths) {
    block = blockOf(picture, seconds);
    const parts = held.get(block);
    if (parts === undefined) return { block, part: null };
    const [part] = parts;
    if (parts.size === 1 && part !== undefined) return { block, part };
  }
  return { block, part: "train" };
}

/** How many blocks of that length have pictures in both parts. */
export function countMixedBlocks(
  pictures: Iterable<readonly [TimedPicture, LearningSplit]>,
  seconds: number,
): number {
  return [...heldBlocks(pictures, [seconds]).values()].filter(({ size }) => size > 1).length;
}
