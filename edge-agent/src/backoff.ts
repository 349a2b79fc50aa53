/**
 * Pauses between attempts: each twice as long as the one before, up to a limit, and each shifted by
 * chance by up to a quarter, so that what failed together does not come back together.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #nextMs: number;

  constructor(options: { firstMs: number; longestMs: number; random?: () => number }) {
    this.#firstMs = options.firstMs;
    this.#longestMs = options.longestMs;
    this.#random = options.random ?? Math.random;
    this.#nextMs = options.firstMs;
  }

  /** The pause before the next attempt, ms; never outside `firstMs` .. `longestMs`. */
  next(): number {
    const shifted = this.#nextMs * (0.75 + this.#random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    return Math.round(Math.min(Math.max(shifted, this.#firstMs), this.#longestMs));
  }

  /** It works again: the next failure begins with the shortest pause. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
