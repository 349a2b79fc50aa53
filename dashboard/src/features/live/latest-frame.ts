/**
 * Decodes pictures one at a time and always the newest: what arrives meanwhile replaces what waits,
 * and a picture that is not newer than the last is left out. The frame that is handed on is the
 * very one that was decoded, so its boxes cannot meet another frame's picture.
 */
export class LatestFrame<Frame extends { frameNumber: number; capturedAt: number }, Picture> {
  readonly #decode: (frame: Frame) => Promise<Picture>;
  readonly #show: (frame: Frame, picture: Picture) => void;
  readonly #discard: (picture: Picture) => void;
  #waiting: Frame | null = null;
  #lastCapturedAt = Number.NEGATIVE_INFINITY;
  #busy = false;
  #stopped = false;

  /** @param discard is given pictures that nobody will see, to free them */
  constructor(
    decode: (frame: Frame) => Promise<Picture>,
    show: (frame: Frame, picture: Picture) => void,
    discard: (picture: Picture) => void,
  ) {
    this.#decode = decode;
    this.#show = show;
    this.#discard = discard;
  }

  /** Takes a frame as it arrives. Frame numbers start again with the agent, so time decides. */
  push(frame: Frame): void {
    if (this.#stopped || frame.capturedAt <= this.#lastCapturedAt) return;
    this.#lastCapturedAt = frame.capturedAt;
    this.#waiting = frame;
    if (!this.#busy) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting = null;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let frame = this.#waiting; frame !== null; frame = this.#waiting) {
      this.#waiting = null;
      try {
        const picture = await this.#decode(frame);
        if (this.#stopped) this.#discard(picture);
        else this.#show(frame, picture);
      } catch {
        // A damaged picture: the one on screen stays, and its age tells how old it is.
      }
    }
    this.#busy = false;
  }
}
