import { type Box, intersectionOverUnion } from "@sentinel/protocol/box";
import type { RgbFrame } from "../decode/rgb-frame.ts";
import { changedRegions } from "./changed-regions.ts";
import { type LuminanceGrid, luminanceGrid } from "./luminance-grid.ts";

/** Motion counts as lasting when the same region moved for this long, ... */
const LASTING_MS = 3000;

/** ... and was seen in so many frames. */
const LASTING_FRAMES = 5;

/** Regions of two frames are the same motion where they overlap by this IoU. */
const SAME_IOU = 0.15;

/** A region that was not seen for this long has stopped moving. */
const STOPPED_MS = 1500;

/** A detection covers motion where it takes up this share of the smaller of the two boxes. */
const COVERED_SHARE = 0.3;

/** Motion that stays on its place is a flag or a bush: its centre must travel this share of its size. */
const TRAVELLED_SHARE = 0.5;

/** How fast the background follows what changed, per second. */
const BACKGROUND_RATE = 0.08;

/** A camera tells of motion at most this often: it is a hint for people, not an alarm. */
const PERIOD_MS = 60_000;

/** Motion that lasted and in which nothing was detected. */
export interface MotionSighting {
  box: Box;
  startedAt: number;
}

interface Mover {
  box: Box;
  first: Box;
  startedAt: number;
  lastSeenAt: number;
  frames: number;
}

/**
 * Looks, in the frames of one camera, for what the model may have missed: a region that differs from
 * the background for seconds, travels, and never had a detection on it.
 */
export class MotionWatch {
  #background: LuminanceGrid | null = null;
  #lastAt = 0;
  #movers: Mover[] = [];
  #toldAt = Number.NEGATIVE_INFINITY;

  /**
   * Takes a frame with everything that was detected in it, however unsure.
   * @returns motion to tell people of, or null.
   */
  see(frame: RgbFrame, capturedAt: number, detected: readonly Box[]): MotionSighting | null {
    const grid = luminanceGrid(frame);
    const background = this.#background;
    if (background === null || background.values.length !== grid.values.length) {
      this.#background = grid;
      this.#lastAt = capturedAt;
      this.#movers = [];
      return null;
    }
    const regions = changedRegions(grid, background.values).filter(
      (region) => !detected.some((box) => covers(box, region)),
    );
    this.#follow(regions, capturedAt, detected);
    this.#learn(background.values, grid.values, capturedAt);
    if (capturedAt - this.#toldAt < PERIOD_MS) return null;
    const lasting = this.#movers.find((mover) => isLasting(mover));
    if (lasting === undefined) return null;
    this.#toldAt = capturedAt;
    this.#movers = [];
    return { box: lasting.box, startedAt: lasting.startedAt };
  }

  #follow(regions: readonly Box[], at: number, detected: readonly Box[]): void {
    const rest = [...regions];
    const kept: Mover[] = [];
    for (const mover of this.#movers) {
      // What was detected once is known, even if the model loses it later.
      if (detected.some((box) => covers(box, mover.box))) continue;
      const best = rest
        .map((region, index) => ({ index, iou: intersectionOverUnion(region, mover.box) }))
        .toSorted((a, b) => b.iou - a.iou)[0];
      const [region] = best !== undefined && best.iou >= SAME_IOU ? rest.splice(best.index, 1) : [];
      if (region !== undefined) {
        kept.push({ ...mover, box: region, lastSeenAt: at, frames: mover.frames + 1 });
      } else if (at - mover.lastSeenAt <= STOPPED_MS) kept.push(mover);
    }
    const begun = rest.map((box) => ({
      box,
      first: box,
      startedAt: at,
      lastSeenAt: at,
      frames: 1,
    }));
    this.#movers = [...kept, ...begun];
  }

  #learn(background: Float32Array, now: Float32Array, at: number): void {
    const seconds = Math.min(5, Math.max(0, (at - this.#lastAt) / 1000));
    const share = 1 - (1 - BACKGROUND_RATE) ** seconds;
    this.#lastAt = at;
    now.forEach((value, cell) => {
      const before = background[cell] ?? value;
      background[cell] = before + (value - before) * share;
    });
  }
}

function isLasting({ box, first, startedAt, lastSeenAt, frames }: Mover): boolean {
  if (lastSeenAt - startedAt < LASTING_MS || frames < LASTING_FRAMES) return false;
  const across = Math.abs(box[0] + box[2] / 2 - first[0] - first[2] / 2) / first[2];
  const down = Math.abs(box[1] + box[3] / 2 - first[1] - first[3] / 2) / first[3];
  return Math.max(across, down) >= TRAVELLED_SHARE;
}

function covers(a: Box, b: Box): boolean {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return false;
  return width * height >= COVERED_SHARE * Math.min(a[2] * a[3], b[2] * b[3]);
}
