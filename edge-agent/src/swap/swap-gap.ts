/** A swap as it is reported. */
export interface MeasuredSwap {
  from: string;
  to: string;
  gapMs: number;
  framesDropped: number;
}

/**
 * Measures swaps on the frames themselves: the time between the last answer of the old model and
 * the first of the new one, and the frames that were lost in between.
 */
export class SwapGap {
  #last: { digest: string; at: number } | null = null;
  #droppedSince = 0;
  #swap: { from: string; to: string; firstAt: number | null; framesDropped: number } | null = null;

  /** From now on frames go to another model. */
  switched(from: string, to: string): void {
    this.#swap = { from, to, firstAt: null, framesDropped: 0 };
  }

  /** A frame did not get an answer. */
  dropped(): void {
    this.#droppedSince += 1;
  }

  /**
   * A model answered a frame.
   *
   * @returns the swap, where this answer is the first of its new model, or one of its old model that
   *   came after that.
   */
  answered(digest: string, at: number): MeasuredSwap | null {
    const swap = this.#swap;
    const lost = this.#droppedSince;
    const last = this.#last;
    if (digest !== swap?.to) {
      this.#last = { digest, at };
      this.#droppedSince = 0;
      if (digest !== swap?.from || swap.firstAt === null) return null;
      return { from: swap.from, to: swap.to, gapMs: 0, framesDropped: swap.framesDropped };
    }
    if (swap.firstAt !== null) return null;
    swap.firstAt = at;
    swap.framesDropped = last === null ? 0 : lost;
    const gapMs = last === null ? 0 : Math.max(0, at - last.at);
    return { from: swap.from, to: swap.to, gapMs, framesDropped: swap.framesDropped };
  }
}
