import type { Readable } from "node:stream";

/** A stored object. */
export interface Blob {
  stream: Readable;
  sizeBytes: number;
}

/** Where pictures and files lie. Keys are paths of our own making, never of someone else's. */
export interface BlobStore {
  /** Why it cannot be used, or null where it can. */
  fault(): Promise<string | null>;
  /**
   * Permission to put one object, as an address that holds for `seconds`. Made without asking the
   * store.
   */
  presignPut(key: string, seconds: number): Promise<string>;
  /** Permission to read one object, as an address that holds for `seconds`. Made without asking. */
  presignGet(key: string, seconds: number): Promise<string>;
  /** Writes an object whole, in place of what was there. @throws CodedError BLOBS_UNREACHABLE. */
  write(key: string, bytes: Uint8Array, contentType?: string): Promise<void>;
  /**
   * Reads an object; null where there is none. Its stream breaks with the same error where it is not
   * read to its end in time.
   * @throws CodedError BLOBS_UNREACHABLE.
   */
  read(key: string): Promise<Blob | null>;
  /** Deletes an object, where there is one. @throws CodedError BLOBS_UNREACHABLE. */
  remove(key: string): Promise<void>;
}
