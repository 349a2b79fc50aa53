import { type FileHandle, open, readFile, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import { edgeError } from "../errors.ts";
import { diskFault } from "./model-store.ts";

/** A server that sends nothing for this long is given up. */
const STALLED_AFTER_MS = 30_000;

/** What must stay free on the disk for the outbox. */
const KEPT_FREE_BYTES = 64 * 1024 * 1024;

/** What is fetched, and where it grows. */
export interface ModelDownload {
  url: string;
  sizeBytes: number;
  partPath: string;
  etagPath: string;
  signal: AbortSignal;
  onProgress: (fetchedBytes: number) => void;
}

/**
 * Fetches a file of a known size. What an earlier attempt left is kept: `Range` asks for the rest,
 * `If-Range` (RFC 9110, 13.1.5) for the whole where the file has changed since.
 *
 * @returns how many bytes of an earlier attempt are in it.
 * @throws MODEL_DOWNLOAD_FAILED, MODEL_DOWNLOAD_TRUNCATED, MODEL_TOO_LARGE, MODEL_DISK_FULL,
 *   MODEL_CACHE_UNWRITABLE
 */
export async function downloadModel(download: ModelDownload): Promise<number> {
  const { url, sizeBytes, partPath, etagPath, signal } = download;
  const has = await sizeOf(partPath);
  if (has === sizeBytes) return has;
  const from = has < sizeBytes ? has : 0;
  await checkFree(partPath, sizeBytes - from);
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), STALLED_AFTER_MS);
  try {
    const response = await ask(url, {
      headers: from === 0 ? {} : await rangeHeaders(from, etagPath),
      redirect: "error",
      signal: AbortSignal.any([signal, stalled.signal]),
    });
    // The file there is shorter than what is here: it is another one.
    if (response.status === 416) await rm(partPath, { force: true });
    const start = startOf(response, from, url);
    await writeFile(etagPath, response.headers.get("etag") ?? "").catch((error: unknown) => {
      throw diskFault(error, etagPath);
    });
    await receive(response, start, download, () => timer.refresh());
    return start;
  } finally {
    clearTimeout(timer);
    stalled.abort();
  }
}

async function receive(
  response: Response,
  start: number,
  download: ModelDownload,
  onBytes: () => void,
): Promise<void> {
  const { url, sizeBytes, partPath } = download;
  const file = await onDisk(partPath, open(partPath, start === 0 ? "w" : "r+"));
  let done = start;
  try {
    const reader = response.body?.getReader();
    for (;;) {
      const part = await nextPart(reader, { url, done, sizeBytes });
      if (part === null) break;
      onBytes();
      if (done + part.length > sizeBytes) {
        throw edgeError(
          "MODEL_TOO_LARGE",
          `${hostOf(url)} sends more than the manifest's ${sizeBytes}`,
        );
      }
      await onDisk(partPath, writeAt(file, part, done));
      done += part.length;
      download.onProgress(done);
    }
  } finally {
    await file.close();
  }
  if (done < sizeBytes) throw truncated(url, done, sizeBytes);
}

async function nextPart(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  at: { url: string; done: number; sizeBytes: number },
): Promise<Uint8Array | null> {
  try {
    const part = await reader?.read();
    return part?.value ?? null;
  } catch {
    throw truncated(at.url, at.done, at.sizeBytes);
  }
}

function truncated(url: string, done: number, sizeBytes: number): CodedError {
  return edgeError(
    "MODEL_DOWNLOAD_TRUNCATED",
    `${hostOf(url)}: the download broke off after ${done} of ${sizeBytes} bytes`,
  );
}

/** Where the answer's bytes begin in the file. */
function startOf(response: Response, asked: number, url: string): number {
  if (response.status === 200) return 0;
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 206 && Number(range?.[1]) === asked) return asked;
  throw edgeError("MODEL_DOWNLOAD_FAILED", `${hostOf(url)} answered ${response.status}`);
}

/** The address is a permission to read and is never told; its host and the reason are. */
async function ask(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).name;
    throw edgeError("MODEL_DOWNLOAD_FAILED", `${hostOf(url)}: ${why}`, error);
  }
}

async function rangeHeaders(from: number, etagPath: string): Promise<Record<string, string>> {
  const etag = await readFile(etagPath, "utf8").catch(() => "");
  // A weak validator cannot vouch for a range; the SHA-256 finds what it would hide.
  const strong = /^"[^"]*"$/.test(etag);
  return { range: `bytes=${from}-`, ...(strong ? { "if-range": etag } : {}) };
}

async function checkFree(path: string, neededBytes: number): Promise<void> {
  const free = await statfs(dirname(path)).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  if (free === null || free >= neededBytes + KEPT_FREE_BYTES) return;
  throw edgeError(
    "MODEL_DISK_FULL",
    `${dirname(path)} has ${free} bytes free; ${neededBytes} are to come and ${KEPT_FREE_BYTES} stay free`,
  );
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, null, position + written);
    written += bytesWritten;
  }
}

async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  return await work.catch((error: unknown) => {
    throw error instanceof CodedError ? error : diskFault(error, path);
  });
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function hostOf(url: string): string {
  return new URL(url).host;
}
