import type { Detection } from "@sentinel/protocol/detection";
import type { Preview } from "@sentinel/protocol/preview";
import { previewTopic } from "@sentinel/protocol/topics";
import type { LiveFrame } from "../decode/live-frame.ts";
import { edgeError } from "../errors.ts";
import { encodeJpeg } from "../event/jpeg-encoder.ts";
import type { FaultLog } from "../fault-log.ts";
import type { MqttLink } from "./mqtt-link.ts";

const LONG_SIDE = 640;
const JPEG_QUALITY = 70;

/** Who watches says so every few seconds; nobody is believed for longer than this. */
const MAX_WATCH_MS = 60_000;
const MAX_WATCHED = 1000;

/**
 * Publishes the frames that the model saw with exactly their boxes, of cameras that somebody watches
 * and only until he stops. A frame is left out while the one before it is still being encoded, and
 * while the link is backed up: events go first.
 */
export class PreviewPublisher {
  readonly #nodeId: string;
  readonly #link: MqttLink;
  readonly #faults: FaultLog;
  readonly #watchedUntil = new Map<string, number>();
  readonly #encoding = new Set<string>();

  constructor(options: { nodeId: string; link: MqttLink; faults: FaultLog }) {
    this.#nodeId = options.nodeId;
    this.#faults = options.faults;
    this.#link = options.link;
  }

  /**
   * These cameras are watched until then, a minute at most; a later end replaces an earlier one.
   * What is over is forgotten, so names of cameras that do not exist cost nothing for long.
   */
  watch(cameraIds: readonly string[], untilAt: number): void {
    const now = Date.now();
    for (const [cameraId, until] of this.#watchedUntil) {
      if (until < now) this.#watchedUntil.delete(cameraId);
    }
    const end = Math.min(untilAt, now + MAX_WATCH_MS);
    for (const cameraId of cameraIds) {
      const known = this.#watchedUntil.get(cameraId);
      if (known === undefined && this.#watchedUntil.size >= MAX_WATCHED) return;
      this.#watchedUntil.set(cameraId, Math.max(end, known ?? 0));
    }
  }

  /** The frame may be released as soon as this returns, before it has settled. */
  async offer(frame: LiveFrame, detections: readonly Detection[]): Promise<void> {
    const { cameraId, picture } = frame;
    if (!this.#wants(cameraId)) return;
    const { width, height } = picture;
    this.#encoding.add(cameraId);
    try {
      const region = { left: 0, top: 0, width, height };
      const jpeg = await encodeJpeg(picture, region, {
        longSide: LONG_SIDE,
        quality: JPEG_QUALITY,
      });
      const preview: Preview = {
        cameraId,
        frameNumber: frame.frameNumber,
        capturedAt: frame.capturedAt,
        width: jpeg.width,
        height: jpeg.height,
        jpegBase64: jpeg.bytes.toString("base64"),
        detections: [...detections],
      };
      this.#link.publish(
        previewTopic(this.#nodeId, cameraId),
        Buffer.from(JSON.stringify(preview)),
        { qos: 0 },
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#faults.count(edgeError("PREVIEW_FAILED", `no preview: ${why}`, error), { cameraId });
    } finally {
      this.#encoding.delete(cameraId);
    }
  }

  #wants(cameraId: string): boolean {
    const untilAt = this.#watchedUntil.get(cameraId) ?? 0;
    if (untilAt < Date.now()) {
      this.#watchedUntil.delete(cameraId);
      return false;
    }
    return this.#link.connected && !this.#link.backedUp && !this.#encoding.has(cameraId);
  }
}
