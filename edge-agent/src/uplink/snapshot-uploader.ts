import { edgeError } from "../errors.ts";
import type { Outbox } from "../outbox/outbox.ts";

const UPLOAD_TIMEOUT_MS = 15_000;

/** Uploads under way at a time; the cloud may ask for hundreds after a night without a link. */
const MAX_UPLOADS = 3;

/**
 * Puts snapshots where the cloud asks for them and deletes them here once they are there. Nothing
 * of the address is ever told: its query is the permission to write.
 */
export class SnapshotUploader {
  readonly #outbox: Outbox;
  readonly #stopping = new AbortController();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** @throws SNAPSHOT_GONE, SNAPSHOT_UPLOAD_FAILED, OUTBOX_* */
  async upload(sha256: string, url: string): Promise<void> {
    if (this.#running >= MAX_UPLOADS) {
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    this.#running += 1;
    try {
      await this.#put(sha256, url);
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  async #put(sha256: string, url: string): Promise<void> {
    const jpeg = this.#outbox.snapshot(sha256);
    if (jpeg === null) throw edgeError("SNAPSHOT_GONE", `snapshot ${sha256} is not here`);
    const host = new URL(url).host;
    let status: number;
    try {
      const response = await fetch(url, {
        method: "PUT",
        headers: { "content-type": "image/jpeg" },
        body: Uint8Array.from(jpeg),
        redirect: "error",
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
      });
      status = response.status;
      await response.body?.cancel();
    } catch (error) {
      const why = error instanceof Error ? causeOf(error) : String(error);
      throw edgeError("SNAPSHOT_UPLOAD_FAILED", `${host}: ${why}`, error);
    }
    if (status < 200 || status > 299) {
      throw edgeError("SNAPSHOT_UPLOAD_FAILED", `${host} answered ${status}`);
    }
    this.#outbox.dropSnapshot(sha256);
  }
}

/** fetch says only "fetch failed"; the reason lies below. Names and codes hold no addresses. */
function causeOf(error: Error): string {
  const { cause } = error;
  if (error.name === "TimeoutError") return `no answer within ${UPLOAD_TIMEOUT_MS / 1000} s`;
  if (cause instanceof Error) return (cause as NodeJS.ErrnoException).code ?? cause.name;
  return error.name;
}
