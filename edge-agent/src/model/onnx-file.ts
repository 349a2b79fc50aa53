import { type FileHandle, open } from "node:fs/promises";
import { edgeError } from "../errors.ts";
import { MAX_MODEL_BYTES } from "./model-progress.ts";

/** Field numbers of onnx.ModelProto (onnx/onnx.proto3). */
const IR_VERSION = 1;
const GRAPH = 7;
const LAST_FIELD = 25;
const MAX_FIELDS = 10_000;

/**
 * Walks the outermost fields of an ONNX file, which tells a file that was cut from one that is
 * something else before ONNX Runtime sees it.
 *
 * @throws MODEL_FILE_MISSING, MODEL_TOO_LARGE, MODEL_TRUNCATED, MODEL_NOT_ONNX
 */
export async function checkOnnxFile(path: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw edgeError("MODEL_FILE_MISSING", `${path}: ${reason}`, error);
  }
  try {
    const info = await file.stat();
    if (!info.isFile()) throw edgeError("MODEL_FILE_MISSING", `${path} is not a plain file`);
    if (info.size > MAX_MODEL_BYTES) throw edgeError("MODEL_TOO_LARGE", `${path} exceeds 512 MiB`);
    await walkFields(path, file, info.size);
  } finally {
    await file.close();
  }
}

async function walkFields(path: string, file: FileHandle, size: number): Promise<void> {
  const notOnnx = () => edgeError("MODEL_NOT_ONNX", `${path} is not an ONNX file`);
  const seen = new Set<number>();
  let position = 0;
  while (position < size) {
    const buffer = new Uint8Array(20);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    const bytes = buffer.subarray(0, bytesRead);
    const tag = readVarint(bytes, 0);
    const field = Math.floor((tag?.value ?? 0) / 8);
    // Every ONNX file that is written begins with its IR version.
    if (tag === null || field < 1 || field > LAST_FIELD) throw notOnnx();
    if (seen.size === 0 && (field !== IR_VERSION || tag.value % 8 !== 0)) throw notOnnx();
    const value = readVarint(bytes, tag.next);
    if (value === null && position + bytesRead === size) {
      throw edgeError("MODEL_TRUNCATED", `${path} ends within a field`);
    }
    if (value === null || seen.size > MAX_FIELDS) throw notOnnx();
    if (tag.value % 8 === 0) position += value.next;
    else if (tag.value % 8 === 2) position += value.next + value.value;
    else throw notOnnx();
    seen.add(field);
  }
  if (position > size) {
    throw edgeError("MODEL_TRUNCATED", `${path} ends ${position - size} bytes before it should`);
  }
  if (!seen.has(GRAPH)) {
    throw seen.size > 0
      ? edgeError("MODEL_TRUNCATED", `${path} ends before its graph`)
      : edgeError("MODEL_NOT_ONNX", `${path} is empty`);
  }
}

/** Reads a base-128 varint; null where it does not end within ten bytes. */
function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } | null {
  let value = 0;
  for (let index = start; index < Math.min(bytes.length, start + 10); index++) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (index - start));
    if (byte < 0x80) return { value, next: index + 1 };
  }
  return null;
}
