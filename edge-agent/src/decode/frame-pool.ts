import { allocateFrame, type RgbFrame } from "./rgb-frame.ts";

/** Frames kept for later; more than a camera ever has under way. */
const MAX_KEPT = 4;

/**
 * Memory of one camera's frames, used again and again: shared memory is freed late by the garbage
 * collector, and a camera makes megabytes of it a second.
 */
export class FramePool {
  #kept: RgbFrame[] = [];

  /** Memory for a frame of that size; what it holds is left over from another frame. */
  take(width: number, height: number): RgbFrame {
    const kept = this.#kept.pop();
    if (kept === undefined) return allocateFrame(width, height);
    if (kept.width === width && kept.height === height) return kept;
    // The camera changed its size: nothing of the old one fits any more.
    this.#kept = [];
    return allocateFrame(width, height);
  }

  give(frame: RgbFrame): void {
    if (this.#kept.length < MAX_KEPT) this.#kept.push(frame);
  }
}
