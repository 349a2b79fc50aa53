import { gzipSync } from "node:zlib";
import type { Ack } from "@sentinel/protocol/ack";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { EventBatch } from "@sentinel/protocol/event-batch";
import type { FaultLog } from "../fault-log.ts";
import type { Logger } from "../log.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { OutboxSlice } from "../outbox/row-table.ts";

/** Bounds of one batch; the cloud takes up to 500 rows and 1 MiB. */
const BATCH = { maxRows: 100, maxBytes: 256 * 1024 };

/** Batches that may be under way without an acknowledgement. */
const WINDOW = 4;

/** Rows written within this time travel together. */
const GATHER_MS = 50;

/** No acknowledgement for this long while rows are under way: they are sent again. */
const NO_PROGRESS_MS = 5000;

/** Sending again happens at most this often. */
const REWIND_EVERY_MS = 500;

/** Larger payloads are worth the time of gzip. */
const GZIP_FROM_BYTES = 4096;

/** Where batches go; false where there is no link. */
export type PublishBatch = (payload: Uint8Array) => boolean;

/**
 * Sends the outbox to the cloud and deletes what the cloud has committed. State: `next`, the first
 * row not yet sent on this connection, and a window of batches under way. It goes back to the row
 * after the last acknowledged one (*rewind*) when the connection is made, when the cloud answers the
 * same number again while rows are under way, and when nothing is acknowledged for five seconds;
 * after a rewind one batch at a time is sent until there is progress, so that repeats do not breed.
 */
export class BatchSender {
  readonly #outbox: Outbox;
  readonly #nodeId: string;
  readonly #publish: PublishBatch;
  readonly #faults: FaultLog;
  readonly #log: Logger;
  #window: { throughSeq: number; sentAt: number }[] = [];
  #up = false;
  #careful = false;
  #next = 1;
  #rewoundAt = Number.NEGATIVE_INFINITY;
  #rewindDue = false;
  /** The cloud spoke of rows before those that it acknowledged; believed when it says so again. */
  #behind: { committedSeq: number; sentSince: boolean } | null = null;
  #gather: NodeJS.Timeout | null = null;
  #watch: NodeJS.Timeout | null = null;

  constructor(options: {
    outbox: Outbox;
    nodeId: string;
    publish: PublishBatch;
    faults: FaultLog;
    log: Logger;
  }) {
    this.#outbox = options.outbox;
    this.#nodeId = options.nodeId;
    this.#publish = options.publish;
    this.#faults = options.faults;
    this.#log = options.log;
  }

  start(): void {
    this.#watch = setInterval(() => this.#guarded(() => this.#lookForProgress()), REWIND_EVERY_MS);
  }

  stop(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    if (this.#gather !== null) clearTimeout(this.#gather);
    this.#watch = null;
    this.#gather = null;
    this.#up = false;
  }

  connected(): void {
    this.#up = true;
    this.#behind = null;
    this.#guarded(() => {
      this.#rewindNow();
      this.#careful = false;
      this.#pump();
    });
  }

  disconnected(): void {
    this.#up = false;
    this.#window = [];
  }

  /** There are new rows. */
  wake(): void {
    if (!this.#up || this.#gather !== null) return;
    this.#gather = setTimeout(() => {
      this.#gather = null;
      this.#guarded(() => this.#pump());
    }, GATHER_MS);
  }

  acknowledged(ack: Ack): void {
    this.#guarded(() => this.#acknowledged(ack));
  }

  /** The disk may refuse to be read; the rows are still there when it works again. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#faults.count(error);
    }
  }

  #acknowledged({ epoch, committedSeq }: Ack): void {
    const figures = this.#outbox.position();
    if (epoch !== figures.epoch) return;
    if (committedSeq > figures.lastSeq) {
      this.#log.error(
        { committedSeq, lastSeq: figures.lastSeq },
        "the cloud has more rows than this outbox ever wrote; it is an old copy and goes on in a new epoch",
      );
      this.#outbox.beginEpoch();
      this.#rewindNow();
    } else if (committedSeq > figures.ackedSeq) {
      this.#progressTo(committedSeq);
    } else if (committedSeq === figures.ackedSeq) {
      this.#behind = null;
      if (this.#window.length > 0) this.#rewind();
    } else {
      this.#fellBehind(committedSeq);
    }
    this.#pump();
  }

  #progressTo(committedSeq: number): void {
    this.#behind = null;
    this.#careful = false;
    this.#rewindDue = false;
    this.#outbox.ack(committedSeq);
    this.#window = this.#window.filter(({ throughSeq }) => throughSeq > committedSeq);
    this.#next = Math.max(this.#next, committedSeq + 1);
  }

  /** An old acknowledgement that comes late looks the same as a cloud that lost rows: ask again. */
  #fellBehind(committedSeq: number): void {
    if (this.#behind?.committedSeq === committedSeq && this.#behind.sentSince) {
      this.#log.error({ committedSeq }, "the cloud lost rows that it had acknowledged");
      this.#behind = null;
      this.#outbox.declareCloudBehind(committedSeq);
      this.#rewindNow();
      return;
    }
    this.#behind ??= { committedSeq, sentSince: false };
    if (this.#behind.committedSeq !== committedSeq)
      this.#behind = { committedSeq, sentSince: false };
    this.#rewind();
  }

  #lookForProgress(): void {
    const [oldest] = this.#window;
    const isStuck = oldest !== undefined && Date.now() - oldest.sentAt > NO_PROGRESS_MS;
    if (this.#rewindDue || isStuck) this.#rewind();
    this.#pump();
  }

  #rewind(): void {
    this.#rewindDue = Date.now() - this.#rewoundAt < REWIND_EVERY_MS;
    if (this.#rewindDue) return;
    this.#rewoundAt = Date.now();
    this.#rewindNow();
  }

  #rewindNow(): void {
    this.#rewindDue = false;
    this.#careful = true;
    this.#window = [];
    this.#next = this.#outbox.position().ackedSeq + 1;
  }

  #pump(): void {
    const width = this.#careful ? 1 : WINDOW;
    while (this.#up && this.#window.length < width) {
      const slice = this.#outbox.read(this.#next, BATCH);
      if (slice === null) return;
      this.#outbox.markSent(slice.throughSeq);
      if (!this.#publish(this.#encode(slice))) return;
      this.#window.push({ throughSeq: slice.throughSeq, sentAt: Date.now() });
      this.#next = slice.throughSeq + 1;
      if (this.#behind !== null) this.#behind.sentSince = true;
    }
  }

  #encode({ firstSeq, rows }: OutboxSlice): Uint8Array {
    const { epoch } = this.#outbox.position();
    const batch: EventBatch = { nodeId: this.#nodeId, epoch, firstSeq, rows };
    const json = Buffer.from(JSON.stringify(batch));
    return json.length > GZIP_FROM_BYTES ? gzipSync(json) : json;
  }
}
