import type { AccessUnit } from "./h264-clip.ts";

/** RTP payload bytes per packet: fits an Ethernet frame, as cameras send it. */
const MAX_PAYLOAD_BYTES = 1400;
/** Fixed RTP header (RFC 3550 section 5.1). */
const RTP_HEADER_BYTES = 12;
/** `$`, channel, length (RFC 2326 section 10.12). */
const INTERLEAVED_HEADER_BYTES = 4;
/** First dynamic payload type, as the session description announces it. */
export const PAYLOAD_TYPE = 96;
/** H.264 over RTP always counts in 90 kHz (RFC 6184 section 8.2.1). */
export const CLOCK_HZ = 90_000;
/** NAL unit type of a fragment (RFC 6184 table 1). */
const FU_A = 28;

/** Where the next packet stands in its stream. */
export interface RtpPosition {
  sequence: number;
  /** 32 bit, 90 kHz. */
  timestamp: number;
  ssrc: number;
  /** Interleaved channel of the RTP packets. */
  channel: number;
}

/**
 * Packs one picture into RTP packets (RFC 6184: single NAL units and FU-A fragments), each with its
 * interleaved header, all in one buffer: one write per picture and client.
 * @returns the bytes and the number of packets; sequence numbers are used from `position` on.
 */
export function packAccessUnit(
  unit: AccessUnit,
  position: RtpPosition,
): { bytes: Buffer; packets: number } {
  const payloads = unit.nalUnits.flatMap(payloadsOf);
  const payloadBytes = payloads.reduce((sum, parts) => sum + lengthOf(parts), 0);
  const perPacket = INTERLEAVED_HEADER_BYTES + RTP_HEADER_BYTES;
  const bytes = Buffer.allocUnsafe(payloadBytes + payloads.length * perPacket);
  let offset = 0;
  for (const [index, parts] of payloads.entries()) {
    const marker = index === payloads.length - 1 ? 0x80 : 0;
    offset = bytes.writeUInt8(0x24, offset);
    offset = bytes.writeUInt8(position.channel, offset);
    offset = bytes.writeUInt16BE(RTP_HEADER_BYTES + lengthOf(parts), offset);
    offset = bytes.writeUInt8(0x80, offset);
    offset = bytes.writeUInt8(marker | PAYLOAD_TYPE, offset);
    offset = bytes.writeUInt16BE((position.sequence + index) & 0xffff, offset);
    offset = bytes.writeUInt32BE(position.timestamp >>> 0, offset);
    offset = bytes.writeUInt32BE(position.ssrc >>> 0, offset);
    for (const part of parts) offset += part.copy(bytes, offset);
  }
  return { bytes, packets: payloads.length };
}

/** A payload as the pieces that make it up. */
function payloadsOf(nalUnit: Buffer): Buffer[][] {
  if (nalUnit.length <= MAX_PAYLOAD_BYTES) return [[nalUnit]];
  const header = nalUnit[0] ?? 0;
  const body = nalUnit.subarray(1);
  const fragmentBytes = MAX_PAYLOAD_BYTES - 2;
  const fragments: Buffer[][] = [];
  for (let from = 0; from < body.length; from += fragmentBytes) {
    const start = from === 0 ? 0x80 : 0;
    const end = from + fragmentBytes >= body.length ? 0x40 : 0;
    const indicator = Buffer.from([(header & 0xe0) | FU_A, start | end | (header & 0x1f)]);
    fragments.push([indicator, body.subarray(from, from + fragmentBytes)]);
  }
  return fragments;
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
