/** One picture of a clip: its NAL units (without start codes), as they go into one RTP timestamp. */
export interface AccessUnit {
  nalUnits: readonly Buffer[];
  /** True where decoding may begin here (IDR picture; its parameter sets come first). */
  keyFrame: boolean;
}

/** An H.264 elementary stream, cut into pictures. */
export interface H264Clip {
  /** Sequence and picture parameter set, for the session description. */
  sps: Buffer;
  pps: Buffer;
  accessUnits: readonly AccessUnit[];
  /** Indices of key frames in `accessUnits`, rising; the first is 0. */
  keyFrames: readonly number[];
}

// nal_unit_type, ITU-T H.264 table 7-1.
const NAL_SLICE = 1;
const NAL_IDR = 5;
const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_DELIMITER = 9;
/** Fillers and ends of sequence carry no picture. */
const NAL_DROPPED = new Set([NAL_DELIMITER, 10, 11, 12]);

/**
 * Cuts an Annex-B byte stream (ITU-T H.264 annex B) into access units. The stream must begin with a
 * key frame and have no B-frames, so that decoding order is display order.
 * @throws Error saying what is wrong with the stream.
 */
export function parseH264Clip(stream: Buffer): H264Clip {
  const accessUnits: AccessUnit[] = [];
  let sps: Buffer | null = null;
  let pps: Buffer | null = null;
  let pending: Buffer[] = [];
  let hasPicture = false;
  const finish = () => {
    if (hasPicture) accessUnits.push(accessUnit(pending, sps, pps));
    pending = hasPicture ? [] : pending;
    hasPicture = false;
  };
  for (const nalUnit of splitNalUnits(stream)) {
    const type = nalType(nalUnit);
    if (beginsAccessUnit(nalUnit, type, hasPicture)) finish();
    if (type === NAL_SPS) sps ??= nalUnit;
    if (type === NAL_PPS) pps ??= nalUnit;
    if (type === NAL_SLICE || type === NAL_IDR) hasPicture = true;
    if (!NAL_DROPPED.has(type) && type !== NAL_SPS && type !== NAL_PPS) pending.push(nalUnit);
  }
  finish();
  const keyFrames = accessUnits.flatMap((unit, index) => (unit.keyFrame ? [index] : []));
  if (sps === null || pps === null) throw new Error("the clip has no parameter sets (SPS, PPS)");
  if (keyFrames[0] !== 0) throw new Error("the clip does not begin with a key frame (IDR)");
  return { sps, pps, accessUnits, keyFrames };
}

function accessUnit(nalUnits: Buffer[], sps: Buffer | null, pps: Buffer | null): AccessUnit {
  const keyFrame = nalUnits.some((nalUnit) => nalType(nalUnit) === NAL_IDR);
  const headers = keyFrame && sps !== null && pps !== null ? [sps, pps] : [];
  return { nalUnits: [...headers, ...nalUnits], keyFrame };
}

/** ITU-T H.264 7.4.1.2.3, for streams without redundant slices: delimiters, parameter sets, or a slice at macroblock 0. */
function beginsAccessUnit(nalUnit: Buffer, type: number, hasPicture: boolean): boolean {
  if (!hasPicture) return false;
  if (type === NAL_SLICE || type === NAL_IDR) {
    // first_mb_in_slice = 0 is the single bit 1 in Exp-Golomb code.
    return ((nalUnit[1] ?? 0) & 0x80) !== 0;
  }
  return type >= 6 && type <= NAL_DELIMITER;
}

function nalType(nalUnit: Buffer): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

/** Everything between start codes (00 00 01, with any zeros before); empty units are skipped. */
function* splitNalUnits(stream: Buffer): Generator<Buffer> {
  const startCode = Buffer.from([0, 0, 1]);
  let begin = stream.indexOf(startCode);
  while (begin !== -1) {
    const next = stream.indexOf(startCode, begin + 3);
    let end = next === -1 ? stream.length : next;
    while (end > begin + 3 && stream[end - 1] === 0) end -= 1;
    if (end > begin + 3) yield stream.subarray(begin + 3, end);
    begin = next;
  }
}
