import { createHash } from "node:crypto";
import type { BlobStore } from "../blobs/blob-store.ts";
import { cloudError } from "../errors.ts";
import { modelKey } from "./register-candidate.ts";

/** No model of ours is larger. */
const MAX_BYTES = 536_870_912;

/**
 * Reads a model's file and compares its SHA-256 with its name.
 * @throws CodedError MODEL_FILE_GONE where it is not there, or is another one; BLOBS_UNREACHABLE.
 */
export async function readModelFile(
  models: Pick<BlobStore, "read">,
  digest: string,
): Promise<Buffer> {
  const blob = await models.read(modelKey(digest));
  if (blob === null) {
    throw cloudError("MODEL_FILE_GONE", `the file of model ${digest} is not in the store`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of blob.stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) break;
    chunks.push(chunk as Buffer);
  }
  const file = Buffer.concat(chunks);
  if (createHash("sha256").update(file).digest("hex") === digest) return file;
  throw cloudError("MODEL_FILE_GONE", `the file of model ${digest} in the store is another one`);
}
