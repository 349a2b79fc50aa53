import type { LiveFrame } from "../decode/live-frame.ts";

/** What becomes of a frame whose turn has come. */
export interface FrameHandler<Answer> {
  /** Finds the objects; takes one of the slots. */
  detect(frame: LiveFrame): Promise<Answer>;
  /** Uses what was found. The camera's next frame waits for it, the slot does not. */
  conclude(frame: LiveFrame, answer: Answer): Promise<void>;
  /** The frame gave way to a newer one of its camera, or its camera went down. */
  dropped(frame: LiveFrame): void;
  /** Detecting or concluding failed. */
  failed(frame: LiveFrame, error: unknown): void;
}

/** Frames of a camera that may wait while the model is replaced. */
const PATIENT_DEPTH = 4;

/**
 * Shares the detector among cameras. Of each camera only the newest frame waits (while the model is
 * replaced some more, so that none is lost to it); cameras take turns;
 * at most `slots` frames are being detected, and one of each camera, so that its frames stay in
 * order. Every frame offered is released exactly once.
 */
export class FairQueue<Answer> {
  readonly #slots: number;
  readonly #handler: FrameHandler<Answer>;
  /** In the order of their turns: a camera goes to the end when its frame is taken. */
  readonly #waiting = new Map<string, LiveFrame[]>();
  readonly #working = new Map<string, Promise<void>>();
  #detecting = 0;
  #depth = 1;
  #stopped = false;

  constructor(options: { slots: number; handler: FrameHandler<Answer> }) {
    this.#slots = options.slots;
    this.#handler = options.handler;
  }

  offer(frame: LiveFrame): void {
    if (this.#stopped) {
      frame.release();
      return;
    }
    const waiting = this.#waiting.get(frame.cameraId) ?? [];
    waiting.push(frame);
    this.#waiting.set(frame.cameraId, waiting);
    const tooMany = Math.max(0, waiting.length - this.#depth);
    for (const older of waiting.splice(0, tooMany)) this.#drop(older);
    this.#dispatch();
  }

  /** True while the model is replaced: frames wait longer before they give way to newer ones. */
  set patient(isPatient: boolean) {
    this.#depth = isPatient ? PATIENT_DEPTH : 1;
  }

  /** Forgets what waits of a camera. */
  clear(cameraId: string): void {
    for (const waiting of this.#waiting.get(cameraId)?.splice(0) ?? []) this.#drop(waiting);
  }

  /** Forgets a camera that gives no more frames, once its frame under way is concluded. */
  async forget(cameraId: string): Promise<void> {
    this.clear(cameraId);
    await this.#working.get(cameraId);
    this.clear(cameraId);
    this.#waiting.delete(cameraId);
  }

  /** Takes no more frames, and waits until those under way are concluded. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cameraId of this.#waiting.keys()) this.clear(cameraId);
    await Promise.all(this.#working.values());
  }

  #dispatch(): void {
    if (this.#stopped) return;
    for (const [cameraId, waiting] of [...this.#waiting]) {
      if (this.#detecting >= this.#slots) return;
      if (this.#working.has(cameraId)) continue;
      const frame = waiting.shift();
      if (frame === undefined) continue;
      this.#waiting.delete(cameraId);
      this.#waiting.set(cameraId, waiting);
      const done = this.#handle(frame).finally(() => {
        frame.release();
        this.#working.delete(cameraId);
        this.#dispatch();
      });
      this.#working.set(cameraId, done);
    }
  }

  async #handle(frame: LiveFrame): Promise<void> {
    try {
      await this.#handler.conclude(frame, await this.#detect(frame));
    } catch (error) {
      this.#handler.failed(frame, error);
    }
  }

  async #detect(frame: LiveFrame): Promise<Answer> {
    this.#detecting += 1;
    try {
      return await this.#handler.detect(frame);
    } finally {
      this.#detecting -= 1;
      this.#dispatch();
    }
  }

  #drop(frame: LiveFrame): void {
    this.#handler.dropped(frame);
    frame.release();
  }
}
