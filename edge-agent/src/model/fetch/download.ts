import { open } from "node:fs/promises";
import { CodedError } from "@sentinel/protocol/coded-error";
import { edgeError } from "../../errors.ts";
import { MAX_MODEL_BYTES } from "../model-progress.ts";

/** A server that sends nothing for this long is given up. */
const STALLED_AFTER_MS = 30_000;

/**
 * Downloads a file by HTTP(S) to `path`. What is at `path` after a fault is of no use.
 *
 * @param options.name what the message calls the source, where its address holds a signature.
 * @param options.maxBytes more than this is refused, also where the server does not say its length.
 * @throws MODEL_FETCH_FAILED, MODEL_TOO_LARGE and file-system errors.
 */
export async function download(
  url: URL,
  path: string,
  options: {
    readonly name: string;
    readonly maxBytes?: number;
    readonly stalledAfterMs?: number;
    readonly onProgress?: (doneBytes: number, totalBytes: number | null) => void;
  },
): Promise<void> {
  const { name, maxBytes = MAX_MODEL_BYTES, stalledAfterMs = STALLED_AFTER_MS } = options;
  const abort = new AbortController();
  const stalled = setTimeout(() => abort.abort(new Error("the server stalled")), stalledAfterMs);
  const file = await open(path, "wx");
  try {
    const response = await fetched(name, fetch(url, { signal: abort.signal }));
    if (!response.ok || response.body === null) {
      throw edgeError("MODEL_FETCH_FAILED", `${name}: the server answered ${response.status}`);
    }
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const totalBytes = Number.isSafeInteger(length) ? length : null;
    const reader = response.body.getReader();
    let doneBytes = 0;
    for (;;) {
      if (Math.max(doneBytes, totalBytes ?? 0) > maxBytes) {
        throw edgeError("MODEL_TOO_LARGE", `${name} is larger than ${maxBytes} bytes`);
      }
      const { done, value } = await fetched(name, reader.read());
      if (done) break;
      stalled.refresh();
      await file.writeFile(value);
      doneBytes += value.length;
      options.onProgress?.(doneBytes, totalBytes);
    }
  } finally {
    clearTimeout(stalled);
    abort.abort();
    await file.close();
  }
}

/** Gives a network fault its code; the cause below fetch's "fetch failed" is what helps. */
async function fetched<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw edgeError("MODEL_FETCH_FAILED", `${name}: ${reason}`, error);
  }
}
