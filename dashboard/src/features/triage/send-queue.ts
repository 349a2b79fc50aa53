/** What became of one try to send. */
export type SendFault =
  /** The cloud did not answer, or wants the person to sign in: sent again until it does. */
  | { kind: "away"; message: string }
  /** The cloud answered that it could not: sent again a few times. */
  | { kind: "failing"; message: string }
  /** The cloud said no: never sent again. */
  | { kind: "refused"; message: string; code: string };

/** Something that has to reach the cloud; sent twice it must count once. */
export interface Work {
  /** The question that it is about: it is neither asked again nor given away meanwhile. */
  itemId: string | null;
  send(): Promise<void>;
  /** Told where it was refused, or failed too often; by the cloud's code and words. */
  refused(fault: { code: string; message: string }): void;
}

/** Where the queue stands. */
export interface SendState {
  /** Not kept by the cloud yet. */
  readonly waiting: number;
  /** Why the first of them waits; null while it is on its way for the first time. */
  readonly why: string | null;
}

const PAUSE_MS = 1_000;
/** A database that restarts is back within half a minute. */
const MOST_FAILURES = 30;

/**
 * Sends one thing after another, in the order of the keys, and none is lost: what does not get
 * through is sent again until the cloud has answered.
 */
export class SendQueue {
  readonly #faultOf: (error: unknown) => SendFault;
  readonly #pauseMs: number;
  readonly #works: Work[] = [];
  readonly #listeners = new Set<() => void>();
  #state: SendState = { waiting: 0, why: null };
  #sending = false;
  #wake: (() => void) | null = null;

  constructor(options: { faultOf: (error: unknown) => SendFault; pauseMs?: number }) {
    this.#faultOf = options.faultOf;
    this.#pauseMs = options.pauseMs ?? PAUSE_MS;
  }

  get state(): SendState {
    return this.#state;
  }

  /** The questions whose answers are not kept yet. */
  get itemIds(): string[] {
    return this.#works.flatMap(({ itemId }) => itemId ?? []);
  }

  /** Calls back whenever `state` changed, until the returned function is called. */
  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  push(work: Work): void {
    this.#works.push(work);
    this.#tell(this.#state.why);
    if (!this.#sending) void this.#run();
  }

  /** Tries again now, because the line came back. */
  wake(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    this.#sending = true;
    let failures = 0;
    for (let work = this.#works[0]; work !== undefined; work = this.#works[0]) {
      const fault = await work.send().then(
        () => null,
        (error: unknown) => this.#faultOf(error),
      );
      failures = fault?.kind === "failing" ? failures + 1 : 0;
      if (fault !== null && fault.kind !== "refused" && failures < MOST_FAILURES) {
        this.#tell(fault.message);
        await this.#pause();
        continue;
      }
      failures = 0;
      this.#works.shift();
      this.#tell(null);
      if (fault !== null) work.refused({ code: "", ...fault });
    }
    this.#sending = false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, this.#pauseMs);
      this.#wake = done;
    });
  }

  #tell(why: string | null): void {
    this.#state = { waiting: this.#works.length, why };
    for (const listener of this.#listeners) listener();
  }
}
