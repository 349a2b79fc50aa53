import { setTimeout as delay } from "node:timers/promises";
import type { NumberedRow } from "@sentinel/protocol/event-batch";
import { parseTopic } from "@sentinel/protocol/topics";
import { isContentRefused, type Postgres } from "../database/postgres.ts";
import { acknowledge, type SendToNode } from "./acknowledge.ts";
import type { DeadLetter, DeadLetters } from "./dead-letters.ts";
import { type ParsedBatch, parseBatch } from "./parse-batch.ts";
import { type StoreOutcome, storeBatch } from "./store-batch.ts";
import type { Tally } from "./tally.ts";

/** Told which snapshots are to be fetched, once the rows that name them are committed. */
export type SnapshotsHandler = (nodeId: string, sha256s: readonly string[]) => void;

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;
/** A neighbour's commit takes some milliseconds; a node that is asked to send again waits longer. */
const GAP_LOOKS = 4;
const GAP_LOOK_MS = 25;

/**
 * Takes batches of event rows: parse, store, acknowledge. A message that cannot be taken becomes a
 * dead letter and the next one follows. While the database is away the message is held and tried
 * again; where its connection to the broker is lost meanwhile it is let go, because its node, unacknowledged,
 * sends it again.
 */
export class Ingest {
  readonly #database: Postgres;
  readonly #deadLetters: DeadLetters;
  readonly #tally: Tally;
  readonly #send: SendToNode;
  readonly #isShared: boolean;
  readonly #onSnapshots: SnapshotsHandler;

  constructor(options: {
    database: Postgres;
    deadLetters: DeadLetters;
    tally: Tally;
    send: SendToNode;
    /** True where other processes take other batches of the same nodes. */
    isShared: boolean;
    onSnapshots: SnapshotsHandler;
  }) {
    this.#database = options.database;
    this.#deadLetters = options.deadLetters;
    this.#tally = options.tally;
    this.#send = options.send;
    this.#isShared = options.isShared;
    this.#onSnapshots = options.onSnapshots;
  }

  /** Takes one message of the topic `events`; resolves when it is committed or put aside. */
  async take(topic: string, payload: Uint8Array, gone: AbortSignal): Promise<void> {
    const nodeId = parseTopic(topic)?.nodeId ?? null;
    const putAside = (reason: DeadLetter["reason"], detail: string, bytes = payload) =>
      this.#putAside({ topic, nodeId, reason, detail, payload: bytes }, gone);
    if (nodeId === null) return putAside("unknown-topic", "the topic names no node");
    const parsed = parseBatch(nodeId, payload);
    if (!parsed.ok) return putAside(parsed.fault, parsed.detail);
    const { batch } = parsed;
    let outcome: StoreOutcome | null;
    try {
      outcome = await this.#store(batch, gone);
    } catch (error) {
      return putAside("not-storable", error instanceof Error ? error.message : String(error));
    }
    if (outcome === null) return;
    const { epoch } = batch;
    if (outcome.kind === "unknown-epoch") {
      await putAside("unknown-epoch", `epoch ${epoch} begins with ${batch.firstSeq}`);
    } else if (outcome.kind !== "gap" && outcome.differing.length > 0) {
      await putAside(
        "seq-going-back",
        goingBack(epoch, outcome.differing),
        rowBytes(outcome.differing),
      );
    }
    this.#count(outcome, batch);
    acknowledge(this.#send, nodeId, { epoch, committedSeq: outcome.committedSeq });
    if (outcome.kind === "committed") this.#onSnapshots(nodeId, outcome.snapshots);
  }

  /**
   * Stores a batch. Where batches are shared, the one before it may be on its way to the database
   * from another process: a gap, or an epoch that nobody has begun yet, is looked at again before
   * the node is asked to send anew.
   */
  async #store(batch: ParsedBatch, gone: AbortSignal): Promise<StoreOutcome | null> {
    const store = () => this.#patiently(() => storeBatch(this.#database, batch, Date.now()), gone);
    let outcome = await store();
    for (let look = 0; this.#isShared && isAhead(outcome) && look < GAP_LOOKS; look += 1) {
      await delay(GAP_LOOK_MS, undefined, { signal: gone }).catch(() => {});
      outcome = await store();
    }
    return outcome;
  }

  #count(outcome: StoreOutcome, { nodeId, firstSeq }: ParsedBatch): void {
    const { kind, committedSeq } = outcome;
    if (kind === "committed") {
      this.#tally.count("batches-committed");
      this.#tally.count("rows-committed", {}, outcome.fresh);
    } else if (kind !== "unknown-epoch") {
      this.#tally.count(kind, { nodeId, firstSeq, committedSeq });
    }
  }

  async #putAside(letter: DeadLetter, gone: AbortSignal): Promise<void> {
    const { nodeId, reason, detail } = letter;
    this.#tally.count(reason, { nodeId, detail });
    await this.#patiently(() => this.#deadLetters.keep(letter), gone).catch((error: unknown) =>
      this.#tally.count("dead-letter-dropped", { nodeId, detail: String(error) }),
    );
  }

  /**
   * Tries until the database has answered; null where `gone` aborted before.
   * @throws where the database refused the values themselves: trying again cannot help.
   */
  async #patiently<Result>(work: () => Promise<Result>, gone: AbortSignal): Promise<Result | null> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        return await work();
      } catch (error) {
        if (isContentRefused(error)) throw error;
        this.#tally.count("database-away", { detail: String(error) });
      }
      await delay(waitMs, undefined, { signal: gone }).catch(() => {});
      if (gone.aborted) return null;
    }
  }
}

/** True where the rows before a batch are not committed. */
function isAhead(outcome: StoreOutcome | null): boolean {
  return outcome?.kind === "gap" || outcome?.kind === "unknown-epoch";
}

function goingBack(epoch: string, rows: readonly NumberedRow[]): string {
  return `epoch ${epoch}: rows ${rows[0]?.seq} to ${rows.at(-1)?.seq} differ from what is committed`;
}

function rowBytes(rows: readonly NumberedRow[]): Uint8Array {
  return Buffer.from(JSON.stringify(rows.map(({ row }) => row)));
}
