import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { BlobStore } from "../../blobs/blob-store.ts";
import { getObject } from "./presigned-request.ts";

/** Objects that are read by presigned addresses; those without an address are not there. */
export function addressedStore(
  addresses: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Pick<BlobStore, "read"> {
  return {
    read: async (key) => {
      const url = addresses[key];
      const response = url === undefined ? null : await getObject(url, signal);
      if (response === null || response.body === null) return null;
      return {
        stream: Readable.fromWeb(response.body as ReadableStream),
        sizeBytes: Number(response.headers.get("content-length") ?? 0),
      };
    },
  };
}
