/** Lets one waiter sleep until there is something to do; a call while nobody waits is kept. */
export class Wakeup {
  #pending = false;
  #resolve: (() => void) | null = null;

  /** Wakes the waiter, or lets the next one pass at once. */
  call(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Resolves at the next call, after `atMostMs` where given, or at once where `signal` aborted. */
  async wait(signal: AbortSignal, atMostMs?: number): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = atMostMs === undefined ? undefined : setTimeout(resolve, atMostMs);
      this.#resolve = resolve;
      const onAbort = () => resolve();
      signal.addEventListener("abort", onAbort);
      await promise;
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
      this.#resolve = null;
    }
    this.#pending = false;
  }
}
