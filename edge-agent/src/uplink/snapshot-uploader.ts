import { edgeError } from "../errors.ts";
import type { Outbox } from "../outbox/outbox.ts";

const UPLOAD_TIMEOUT_MS = 15_000;

/** Uploads under way at a time; the cloud may ask for hundreds after a night without a link. */
const MAX_UPLOADS = 3;

/** Snapshots that may wait; the cloud asks again for what is refused. */
const MAX_WAITING = 500;

/** Where a snapshot is to be put, and until when. */
interface Destination {
  url: string;
  expiresAt: number;
}

interface Upload {
  /** The newest address that was given: it is valid for longest. */
  destination: Destination;
  done: Promise<void>;
}

/**
 * Puts snapshots where the cloud asks for them and deletes them here once they are there. Nothing
 * of the address is ever told: its query is the permission to write.
 */
export class SnapshotUploader {
  readonly #outbox: Outbox;
  readonly #stopping = new AbortController();
  readonly #waiting: (() => void)[] = [];
  readonly #uploads = new Map<string, Upload>();
  #running = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Asked for twice, a snapshot is put once.
   * @throws SNAPSHOT_GONE, SNAPSHOT_UPLOAD_FAILED, COMMAND_EXPIRED (while it waited), OUTBOX_*
   */
  upload(sha256: string, destination: Destination): Promise<void> {
    const under = this.#uploads.get(sha256);
    if (under !== undefined) {
      under.destination = destination;
      return under.done;
    }
    const upload: Upload = { destination, done: Promise.resolve() };
    upload.done = this.#inTurn(sha256, upload).finally(() => this.#uploads.delete(sha256));
    this.#uploads.set(sha256, upload);
    return upload.done;
  }

  async #inTurn(sha256: string, upload: Upload): Promise<void> {
    if (this.#running >= MAX_UPLOADS) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw edgeError("SNAPSHOT_UPLOAD_FAILED", `${MAX_WAITING} snapshots wait already`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      const { url, expiresAt } = upload.destination;
      if (expiresAt < Date.now()) {
        throw edgeError("COMMAND_EXPIRED", `snapshot ${sha256} waited until its address expired`);
      }
      await this.#put(sha256, url);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
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
