import { setTimeout as delay } from "node:timers/promises";
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

/** While the model is replaced, frames may wait for so long ... */
const PATIENT_MS = 10_000;
/** ... and all of them together may have so many bytes: 190 frames of 640x360, 48 of 1280x720. */
const PATIENT_BYTES = 128 * 1024 * 1024;

/**
 * Shares the detector among cameras. Of each camera only the newest frame waits (while the model is
 * replaced older ones too, so that none is lost to it); cameras take turns; at most `slots` frames
 * are being detected, and one of each camera, so that its frames stay in order. Every frame offered
 * is released exactly once.
 */
export class FairQueue<Answer> {
  readonly #slots: number;
  readonly #handler: FrameHandler<Answer>;
  /** In the order of their turns: a camera goes to the end when its frame is taken. */
  readonly #waiting = new Map<string, LiveFrame[]>();
  readonly #working = new Map<string, Promise<void>>();
  #detecting = 0;
  #stopped = false;
  /** What is still being detected comes too late. */
  #closed = false;

  /** True while the model is replaced: older frames wait too, within the bounds above. */
  patient = false;

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
    const since = frame.capturedAt - PATIENT_MS;
    while (waiting.length > 1) {
      if (this.patient && (waiting[0]?.capturedAt ?? 0) >= since) break;
      this.#dropOldest(waiting);
    }
    if (this.patient) this.#keepBytes();
    this.#dispatch();
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

  /**
   * Takes no more frames, and waits until those under way are concluded; one that takes longer is
   * given up.
   */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    for (const cameraId of this.#waiting.keys()) this.clear(cameraId);
    await Promise.race([
      Promise.all(this.#working.values()),
      delay(withinMs, null, { ref: false }),
    ]);
    this.#closed = true;
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
      const answer = await this.#detect(frame);
      if (!this.#closed) await this.#handler.conclude(frame, answer);
    } catch (error) {
      if (!this.#closed) this.#handler.failed(frame, error);
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

  /** Drops the oldest frame of the longest line until what waits is within PATIENT_BYTES. */
  #keepBytes(): void {
    const lines = [...this.#waiting.values()];
    const bytesOf = (line: readonly LiveFrame[]) =>
      line.reduce((sum, { picture }) => sum + picture.data.length, 0);
    let surplus = lines.reduce((sum, line) => sum + bytesOf(line), 0) - PATIENT_BYTES;
    while (surplus > 0) {
      const longest = lines.reduce((a, b) => (b.length > a.length ? b : a));
      if (longest.length < 2) return;
      surplus -= longest[0]?.picture.data.length ?? 0;
      this.#dropOldest(longest);
    }
  }

  #dropOldest(line: LiveFrame[]): void {
    const oldest = line.shift();
    if (oldest !== undefined) this.#drop(oldest);
  }

  #drop(frame: LiveFrame): void {
    this.#handler.dropped(frame);
    frame.release();
  }
}
