import type { SwapRecord } from "./swap-record.ts";

export type Offer = NonNullable<SwapRecord["offer"]>;

/** Lets whoever fetches wait for an offer. */
export class Offers {
  #waiting: (() => void)[] = [];

  /** There is a new one. */
  came(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Settles when a new offer comes, when the time is over, or at an abort. */
  async next(signal: AbortSignal, withinMs: number | null): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = withinMs === null ? null : setTimeout(go, withinMs);
      function go(): void {
        if (timer !== null) clearTimeout(timer);
        signal.removeEventListener("abort", go);
        resolve();
      }
      signal.addEventListener("abort", go, { once: true });
      this.#waiting.push(go);
    });
  }
}
