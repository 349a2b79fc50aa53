import type { Preview } from "@sentinel/protocol/preview";
import { boxAt, paintBoxes } from "../../picture/paint-boxes.ts";
import { letterbox, type Rectangle } from "../../picture/rectangle.ts";
import { LatestFrame } from "./latest-frame.ts";
import { rateOf, type ShownFrame } from "./shown-frame.ts";

/** How many captures the rate is taken over. */
const RATE_WINDOW = 12;

/** Decodes off the main thread. */
function decodeJpeg(frame: Preview): Promise<ImageBitmap> {
  const binary = atob(frame.jpegBase64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
}

/** Draws a camera's frames with their boxes on one canvas, at the canvas's own size in device pixels. */
export class CameraPicture {
  readonly #canvas: HTMLCanvasElement;
  readonly #onShown: (shown: ShownFrame) => void;
  readonly #frames: LatestFrame<Preview, ImageBitmap>;
  #current: { frame: Preview; bitmap: ImageBitmap } | null = null;
  #pointer: { x: number; y: number } | null = null;
  #highlighted: number | null = null;
  #keptAt: number | null = null;
  #captures: number[] = [];
  #view = { width: 0, height: 0 };

  constructor(canvas: HTMLCanvasElement, onShown: (shown: ShownFrame) => void) {
    this.#canvas = canvas;
    this.#onShown = onShown;
    this.#frames = new LatestFrame(
      decodeJpeg,
      (frame, bitmap) => this.#show(frame, bitmap),
      (bitmap) => bitmap.close(),
    );
  }

  /** @param fresh false for a picture that was kept from before: it does not count for the rate */
  push(frame: Preview, fresh: boolean): void {
    if (!fresh) this.#keptAt = frame.capturedAt;
    this.#frames.push(frame);
  }

  stop(): void {
    this.#frames.stop();
    this.#current?.bitmap.close();
    this.#current = null;
  }

  /** Fits the canvas to its room, CSS pixels, and draws again. */
  resize(width: number, height: number): void {
    this.#view = { width, height };
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.max(1, Math.round(width * ratio));
    this.#canvas.height = Math.max(1, Math.round(height * ratio));
    this.#paint();
  }

  /** Brings the box under the pointer forward; null when the pointer left. CSS pixels. */
  point(point: { x: number; y: number } | null): void {
    this.#pointer = point;
    const next = this.#pointedAt();
    if (next === this.#highlighted) return;
    this.#highlighted = next;
    this.#paint();
  }

  /** The box under the pointer, which stays where it is while frames and boxes move on. */
  #pointedAt(): number | null {
    if (this.#current === null || this.#pointer === null) return null;
    return boxAt(this.#current.frame.detections, this.#place(), this.#pointer);
  }

  #place(): Rectangle {
    const frame = this.#current?.frame;
    return letterbox(frame ?? { width: 16, height: 9 }, this.#view);
  }

  #show(frame: Preview, bitmap: ImageBitmap): void {
    this.#current?.bitmap.close();
    this.#current = { frame, bitmap };
    this.#highlighted = this.#pointedAt();
    if (frame.capturedAt !== this.#keptAt)
      this.#captures = [...this.#captures, frame.capturedAt].slice(-RATE_WINDOW);
    this.#paint();
    this.#onShown({
      frameNumber: frame.frameNumber,
      capturedAt: frame.capturedAt,
      detections: frame.detections,
      fps: rateOf(this.#captures),
    });
  }

  #paint(): void {
    const context = this.#canvas.getContext("2d");
    if (context === null || this.#current === null || this.#view.width === 0) return;
    const { frame, bitmap } = this.#current;
    const ratio = this.#canvas.width / this.#view.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#view.width, this.#view.height);
    const place = this.#place();
    context.drawImage(bitmap, place.x, place.y, place.width, place.height);
    paintBoxes(context, frame.detections, place, this.#highlighted);
  }
}
