import type { EpochReport } from "../engine.ts";

/** All that a training needs to go on as if it had never stopped. */
export interface HeadState {
  /** Epochs that are done. */
  epoch: number;
  /** Steps of the optimizer that are done. */
  step: number;
  curve: EpochReport[];
  /** AP50 of the base model on the validation pictures: no head that finds less is taken. */
  leastAp50: number;
  /** Epoch and validation loss of the best head so far; epoch 0 is the base model's own. */
  best: { epoch: number; loss: number };
  /** Present values, moments and the best head, in the order of the scales. */
  floats: Float32Array[];
}

interface Head {
  epoch: number;
  step: number;
  curve: EpochReport[];
  leastAp50: number;
  best: HeadState["best"];
  lengths: number[];
}

/** Length of JSON (4 bytes, little endian), JSON, then the floats. */
export function encodeState(state: HeadState): Uint8Array {
  const { floats, ...rest } = state;
  const head: Head = { ...rest, lengths: floats.map(({ length }) => length) };
  const json = Buffer.from(JSON.stringify(head), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const values = floats.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  return Buffer.concat([length, json, ...values]);
}

/**
 * Reads what `encodeState` wrote for tensors of these lengths; null where it is of another training,
 * so that the work begins anew.
 */
export function decodeState(bytes: Uint8Array, lengths: readonly number[]): HeadState | null {
  try {
    const buffer = Buffer.from(bytes);
    const end = 4 + buffer.readUInt32LE(0);
    const head = JSON.parse(buffer.subarray(4, end).toString("utf8")) as Head;
    if (head.lengths.join() !== lengths.join()) return null;
    let at = end;
    const floats = head.lengths.map((length) => {
      const part = new Float32Array(length);
      new Uint8Array(part.buffer).set(buffer.subarray(at, at + length * 4));
      at += length * 4;
      return part;
    });
    if (at !== buffer.length) return null;
    const { epoch, step, curve, leastAp50, best } = head;
    return { epoch, step, curve, leastAp50, best, floats };
  } catch {
    return null;
  }
}
