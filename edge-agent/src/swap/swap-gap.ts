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
  /** When the last frame was answered, and how many were lost since. */
  #last: number | null = null;
  #droppedSince = 0;
  /** `framesDropped` is null until the new model has answered. */
  #swap: { from: string; to: string; framesDropped: number | null } | null = null;

  /** From now on frames go to another model. */
  switched(from: string, to: string): void {
    this.#swap = { from, to, framesDropped: null };
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
    const [last, lost] = [this.#last, this.#droppedSince];
    this.#last = at;
    this.#droppedSince = 0;
    if (swap === null) return null;
    const { from, to } = swap;
    if (digest === to && swap.framesDropped === null) {
      swap.framesDropped = last === null ? 0 : lost;
      const gapMs = last === null ? 0 : Math.max(0, at - last);
      return { from, to, gapMs, framesDropped: swap.framesDropped };
    }
    if (digest !== from || swap.framesDropped === null) return null;
    return { from, to, gapMs: 0, framesDropped: swap.framesDropped };
  }
}
