/**
 * The cloud's clock as the browser knows it. Ages are counted on it, so that a browser whose own
 * clock is wrong still tells the truth. Ticks while somebody listens.
 */
export class ServerClock {
  #offsetMs = 0;
  #listeners = new Map<number, Set<() => void>>();
  #timers = new Map<number, ReturnType<typeof setInterval>>();

  /** Milliseconds since the Unix epoch by the cloud's clock. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /**
   * Learns from one answer of the cloud; the answer is taken to be made half way.
   * @param askedAt browser's clock when asked  @param answeredAt browser's clock when answered
   */
  learn(serverTime: number, askedAt: number, answeredAt: number): void {
    this.#offsetMs = serverTime - (askedAt + answeredAt) / 2;
  }

  /** Calls back every `intervalMs` until the returned function is called; one timer per interval. */
  everyMs(intervalMs: number, listener: () => void): () => void {
    const listeners = this.#listeners.get(intervalMs) ?? new Set();
    this.#listeners.set(intervalMs, listeners);
    listeners.add(listener);
    if (!this.#timers.has(intervalMs)) {
      this.#timers.set(
        intervalMs,
        setInterval(() => {
          for (const each of listeners) each();
        }, intervalMs),
      );
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(this.#timers.get(intervalMs));
      this.#timers.delete(intervalMs);
    };
  }
}
