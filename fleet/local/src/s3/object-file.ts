import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";

const objectInfoSchema = z.object({
  key: z.string(),
  sizeBytes: z.int().min(0),
  /** Hexadecimal, without quotes; with `-N` after it where the object came in N parts. */
  etag: z.string(),
  modifiedAt: z.int(),
  /** Headers to give back: content-type, cache-control, x-amz-meta-… */
  headers: z.record(z.string(), z.string()),
});

/** All that is known of an object but its bytes. */
export type ObjectInfo = z.infer<typeof objectInfoSchema>;

/**
 * An object is one file, so that bytes and description can never be of different objects: the bytes,
 * then the description as JSON, then its length (4 bytes, big-endian) and this mark.
 */
const MARK = Buffer.from("SOB1");
const FOOTER_BYTES = 8;
const MAX_INFO_BYTES = 65_536;

/** What writing bytes found out about them. */
export interface WrittenBytes {
  sizeBytes: number;
  /** MD5 in hexadecimal: S3's ETag of an object sent in one piece. */
  md5: string;
}

/** Writes a whole object to a new file and makes it durable; `describe` is called once the bytes are known. */
export async function writeObjectFile(
  path: string,
  pieces: AsyncIterable<Buffer>,
  describe: (written: WrittenBytes) => ObjectInfo,
): Promise<ObjectInfo> {
  const handle = await open(path, "wx", 0o600);
  try {
    const md5 = createHash("md5");
    let sizeBytes = 0;
    for await (const piece of pieces) {
      md5.update(piece);
      await writeAll(handle, piece);
      sizeBytes += piece.length;
    }
    const info = describe({ sizeBytes, md5: md5.digest("hex") });
    const json = Buffer.from(JSON.stringify(info));
    const footer = Buffer.alloc(FOOTER_BYTES);
    footer.writeUInt32BE(json.length);
    MARK.copy(footer, 4);
    await writeAll(handle, Buffer.concat([json, footer]));
    await handle.sync();
    return info;
  } finally {
    await handle.close();
  }
}

/** Reads an object's description from its open file. @throws Error where the file is not an object. */
export async function readObjectInfo(handle: FileHandle): Promise<ObjectInfo> {
  const { size } = await handle.stat();
  const footer = await readAt(handle, size - FOOTER_BYTES, FOOTER_BYTES);
  const infoBytes = footer.readUInt32BE();
  if (!footer.subarray(4).equals(MARK) || infoBytes > MAX_INFO_BYTES) {
    throw new Error("not an object's file");
  }
  const json = await readAt(handle, size - FOOTER_BYTES - infoBytes, infoBytes);
  const info = objectInfoSchema.parse(JSON.parse(json.toString()));
  if (info.sizeBytes !== size - FOOTER_BYTES - infoBytes)
    throw new Error("an object's file is torn");
  return info;
}

/** Reads an object's description by path; null where there is no such file. */
export async function readObjectInfoAt(path: string): Promise<ObjectInfo | null> {
  const handle = await openObjectFile(path);
  if (handle === null) return null;
  try {
    return await readObjectInfo(handle);
  } finally {
    await handle.close();
  }
}

/** Opens an object's file; null where there is none. */
export async function openObjectFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** An object's bytes from `first` to `last`, both included. The file stays open. */
export async function* readBytes(
  handle: FileHandle,
  first: number,
  last: number,
): AsyncGenerator<Buffer> {
  if (last < first) return;
  const stream = handle.createReadStream({ start: first, end: last, autoClose: false });
  for await (const piece of stream) yield piece as Buffer;
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += (await handle.write(bytes, offset)).bytesWritten;
  }
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, Math.max(0, position));
  if (position < 0 || bytesRead !== bytes) throw new Error("an object's file is too short");
  return buffer;
}
