import { randomInt } from "node:crypto";
import type { AccessUnit, H264Clip } from "./h264-clip.ts";
import { CLOCK_HZ, packAccessUnit, type RtpPosition } from "./rtp-packetizer.ts";

/** Somebody who watches a camera. */
export interface Viewer {
  /** Interleaved channel that the viewer asked for. */
  readonly channel: number;
  /** Takes one picture as RTP packets; must not block. */
  send(packets: Buffer, keyFrame: boolean): void;
}

/** A picture as it was sent. */
interface SentPicture {
  unit: AccessUnit;
  position: RtpPosition;
  /** Packed for channel 0, which nearly every client asks for. */
  packets: Buffer;
}

/**
 * One camera on the wall: plays its clip round and round in real time whether anybody watches or
 * not. A picture is packed once for all viewers; who comes in the middle gets the pictures since the
 * last key frame at once, and can show something immediately.
 */
export class SimulatedCamera {
  readonly id: string;
  readonly #clip: H264Clip;
  readonly #ticksPerPicture: number;
  readonly #viewers = new Set<Viewer>();
  readonly #ssrc = randomInt(2 ** 32);
  #next: number;
  #sequence = randomInt(2 ** 16);
  #timestamp = randomInt(2 ** 32);
  #sinceKeyFrame: SentPicture[] = [];

  /** @param startAt index of a key frame in the clip: this camera's own offset. */
  constructor(id: string, clip: H264Clip, fps: number, startAt: number) {
    this.id = id;
    this.#clip = clip;
    this.#ticksPerPicture = Math.round(CLOCK_HZ / fps);
    this.#next = startAt;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Sends the next picture to everybody who watches. Called at the clip's rate. */
  advance(): void {
    const unit = this.#clip.accessUnits[this.#next];
    if (unit === undefined) return;
    this.#next = (this.#next + 1) % this.#clip.accessUnits.length;
    const position = {
      sequence: this.#sequence,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      channel: 0,
    };
    const { bytes, packets } = packAccessUnit(unit, position);
    this.#sequence = (this.#sequence + packets) & 0xffff;
    this.#timestamp = (this.#timestamp + this.#ticksPerPicture) >>> 0;
    const picture = { unit, position, packets: bytes };
    if (unit.keyFrame) this.#sinceKeyFrame = [];
    this.#sinceKeyFrame.push(picture);
    for (const viewer of this.#viewers) viewer.send(packetsFor(viewer, picture), unit.keyFrame);
  }

  /** Sequence number and timestamp of the first packet that a viewer who comes now will get. */
  get firstPosition(): { sequence: number; timestamp: number } {
    const first = this.#sinceKeyFrame[0]?.position;
    return first ?? { sequence: this.#sequence, timestamp: this.#timestamp };
  }

  /** Begins sending to a viewer. */
  addViewer(viewer: Viewer): void {
    if (this.#viewers.has(viewer)) return;
    for (const picture of this.#sinceKeyFrame) {
      viewer.send(packetsFor(viewer, picture), picture.unit.keyFrame);
    }
    this.#viewers.add(viewer);
  }

  removeViewer(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }
}

function packetsFor(viewer: Viewer, { unit, position, packets }: SentPicture): Buffer {
  if (viewer.channel === 0) return packets;
  return packAccessUnit(unit, { ...position, channel: viewer.channel }).bytes;
}
