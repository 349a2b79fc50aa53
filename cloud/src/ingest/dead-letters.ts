import { createHash } from "node:crypto";
import { MESSAGE_BOUNDS } from "@sentinel/protocol/payload";
import type { Postgres } from "../database/postgres.ts";
import { storableText } from "../database/storable-json.ts";
import type { Tallied, Tally } from "./tally.ts";

/** A message that was not taken. */
export interface DeadLetter {
  topic: string;
  nodeId: string | null;
  reason: Tallied;
  detail: string;
  payload: Uint8Array;
}

/** Bytes of a payload that are kept: enough to see what it is. */
const KEPT_BYTES = 4_096;
/**
 * Rows that went back are acknowledged, so their node deletes them and this is their last place:
 * they are kept whole. No batch's worth is longer: 500 rows of less than 2 KiB each.
 */
const KEPT_WHOLE_BYTES = MESSAGE_BOUNDS.maxBytes;
/** Letters of one node that are kept per minute; more are only counted. */
const PER_MINUTE = 2_000;
/** Letters that are kept over all. */
const KEPT_LETTERS = 100_000;
const TRIM_MS = 60_000;

const INSERT = {
  name: "insert-dead-letter",
  text: `insert into dead_letters
      (received_at, topic, node_id, reason, detail, payload, payload_bytes, sha256)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

const TRIM = {
  name: "trim-dead-letters",
  text: `delete from dead_letters where id <= (select max(id) from dead_letters) - $1::bigint`,
};

/**
 * Keeps messages that were not taken, so that a person can see them; bounded per node and over all.
 * Of a payload the first 4 KiB are kept, but of `seq-going-back`, where it is the JSON list of the
 * rows that differ from what is committed (an outbox restored from an older copy numbers anew), all
 * of it, up to the 1 MiB that a message may have: a person can still take them in.
 */
export class DeadLetters {
  readonly #database: Postgres;
  readonly #tally: Tally;
  readonly #keptThisMinute = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { database: Postgres; tally: Tally }) {
    this.#database = options.database;
    this.#tally = options.tally;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#keptThisMinute.clear();
      // Where the database is away the next minute does it.
      this.#database.query(TRIM, [KEPT_LETTERS]).catch(() => {});
    }, TRIM_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @throws the database's error. */
  async keep(letter: DeadLetter): Promise<void> {
    const sender = letter.nodeId ?? "";
    const kept = this.#keptThisMinute.get(sender) ?? 0;
    if (kept >= PER_MINUTE) {
      this.#tally.count("dead-letter-dropped", { nodeId: letter.nodeId });
      return;
    }
    await this.#database.query(INSERT, [
      Date.now(),
      storableText(letter.topic).slice(0, 500),
      letter.nodeId,
      letter.reason,
      storableText(letter.detail).slice(0, 500),
      Buffer.from(letter.payload.subarray(0, keptBytes(letter.reason))),
      letter.payload.byteLength,
      createHash("sha256").update(letter.payload).digest("hex"),
    ]);
    this.#keptThisMinute.set(sender, kept + 1);
  }
}

function keptBytes(reason: Tallied): number {
  return reason === "seq-going-back" ? KEPT_WHOLE_BYTES : KEPT_BYTES;
}
