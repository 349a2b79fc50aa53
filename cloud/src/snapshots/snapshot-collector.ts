import type { Command } from "@sentinel/protocol/command";
import type { Reply } from "@sentinel/protocol/reply";
import { nodeTopic } from "@sentinel/protocol/topics";
import type { Logger } from "pino";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres } from "../database/postgres.ts";
import type { SendToNode } from "../ingest/acknowledge.ts";
import type { Tally } from "../ingest/tally.ts";
import {
  type AwaitedSnapshot,
  claimDueSnapshots,
  markSnapshotGone,
  markSnapshotStored,
} from "./awaited-snapshots.ts";
import { snapshotKey } from "./snapshot-key.ts";
import { type SnapshotVerdict, verifySnapshot } from "./verify-snapshot.ts";

/** How long an address to upload to holds. */
const UPLOAD_SECONDS = 600;
const SWEEP_MS = 30_000;
/** The code with which a node says that it no longer has a snapshot. */
const GONE = "SNAPSHOT_GONE";
/** Pictures that are read back at a time. */
const MAX_VERIFYING = 4;

/**
 * Fetches the snapshots of committed events: asks the node to upload (presigned PUT), hears that it
 * did, reads the picture back and notes it as arrived only where its SHA-256 is the event's. What
 * does not come is asked for again.
 */
export class SnapshotCollector {
  readonly #database: Postgres;
  readonly #blobs: BlobStore;
  readonly #send: SendToNode;
  readonly #tally: Tally;
  readonly #logger: Logger;
  /** By command id; forgotten when the address has expired. */
  readonly #asked = new Map<string, AwaitedSnapshot & { expiresAt: number }>();
  /** Answers whose picture is to be looked at; `gone` where the node says that it has none. */
  readonly #answered: (AwaitedSnapshot & { gone: boolean })[] = [];
  #verifying = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    database: Postgres;
    blobs: BlobStore;
    send: SendToNode;
    tally: Tally;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#blobs = options.blobs;
    this.#send = options.send;
    this.#tally = options.tally;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#sweep(null), SWEEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks for snapshots that have just been committed, which already count as asked for. */
  onCommitted(nodeId: string, sha256s: readonly string[]): void {
    void this.#try(async () => {
      for (const sha256 of sha256s) await this.#ask({ nodeId, sha256 });
    });
  }

  /** Asks a node that came online for what it still owes and is due, without waiting for the sweep. */
  onOnline(nodeId: string): void {
    void this.#sweep(nodeId);
  }

  /** Takes a node's answer. */
  onReply(nodeId: string, reply: Reply): void {
    const asked = this.#asked.get(reply.id);
    if (asked === undefined || asked.nodeId !== nodeId) return;
    this.#asked.delete(reply.id);
    const { fault } = reply;
    if (fault !== null && fault.code !== GONE) {
      this.#tally.count("snapshot-refused", { nodeId, fault });
      return;
    }
    if (fault !== null) this.#tally.count("snapshot-gone");
    this.#answered.push({ ...asked, gone: fault !== null });
    this.#verifyNext();
  }

  async #sweep(nodeId: string | null): Promise<void> {
    const now = Date.now();
    for (const [id, { expiresAt }] of this.#asked) if (expiresAt < now) this.#asked.delete(id);
    await this.#try(async () => {
      const due = await claimDueSnapshots(this.#database, now, nodeId);
      // An answer may have got lost: what lies there already need not be asked for.
      for (const awaited of due) {
        if ((await this.#verify(awaited)) !== "genuine") await this.#ask(awaited);
      }
    });
  }

  async #ask({ nodeId, sha256 }: AwaitedSnapshot): Promise<void> {
    const expiresAt = Date.now() + UPLOAD_SECONDS * 1_000;
    const command: Command = {
      id: crypto.randomUUID(),
      type: "upload-snapshot",
      expiresAt,
      sha256,
      url: await this.#blobs.presignPut(snapshotKey(nodeId, sha256), UPLOAD_SECONDS),
    };
    if (this.#send(nodeTopic(nodeId, "commands"), JSON.stringify(command), 1)) {
      this.#asked.set(command.id, { nodeId, sha256, expiresAt });
    }
  }

  #verifyNext(): void {
    if (this.#verifying >= MAX_VERIFYING) return;
    const next = this.#answered.shift();
    if (next === undefined) return;
    this.#verifying += 1;
    void this.#try(() => this.#settle(next)).finally(() => {
      this.#verifying -= 1;
      this.#verifyNext();
    });
  }

  /**
   * A node that was asked twice, or for the picture of two events, has given it away with its first
   * answer: only where nothing lies in the store is the picture gone.
   */
  async #settle({ gone, ...awaited }: AwaitedSnapshot & { gone: boolean }): Promise<void> {
    const verdict = await this.#verify(awaited);
    if (gone && verdict === "missing") await markSnapshotGone(this.#database, awaited, Date.now());
  }

  /** Looks at what lies in the store; the genuine picture is noted on its events. */
  async #verify(awaited: AwaitedSnapshot): Promise<SnapshotVerdict> {
    const { nodeId, sha256 } = awaited;
    const verdict = await verifySnapshot(this.#blobs, nodeId, sha256);
    if (verdict === "tampered") this.#tally.count("snapshot-tampered", { nodeId, sha256 });
    if (verdict !== "genuine") return verdict;
    await markSnapshotStored(this.#database, awaited, Date.now());
    this.#tally.count("snapshot-stored");
    return verdict;
  }

  /** A failure here loses nothing: the next sweep asks again. */
  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.debug({ err: error }, "snapshots wait for database or blobs");
    }
  }
}
