import type { Logger } from "pino";
import { v7 as uuidv7 } from "uuid";
import type { BlobStore } from "../blobs/blob-store.ts";
import { CHANGES_CHANNEL } from "../database/channels.ts";
import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { NEAR_DUPLICATE_BITS, perceptualHash } from "../dataset/perceptual-hash.ts";
import { readSnapshot } from "../snapshots/read-snapshot.ts";
import type { Candidate, Verdict } from "./candidate.ts";
import { markLooked, unlookedCandidates } from "./candidates.ts";
import { HOURLY_QUOTA, judgeCandidate } from "./judge-candidate.ts";
import { countKeptOut, hidingRule } from "./keep-out/rule-store.ts";
import { boxInPicture } from "./picture-box.ts";

const PERIOD_MS = 3_000;
const HOUR_MS = 3_600_000;
/** The time within which two pictures of a camera that look alike are one question. */
const SAME_WITHIN_MS = 24 * HOUR_MS;

const COUNT_RECENT: Statement = {
  name: "triage-count-recent",
  text: `select count(*)::int as count from triage_items
    where node_id = $1 and camera_id = $2 and reason = $3
      and class_name is not distinct from $4 and made_at > $5 and state <> 'duplicate'
      and hidden_by is null`,
};

const FIND_SAME: Statement = {
  name: "triage-find-same",
  text: `select item_id as "itemId" from triage_items
    where node_id = $1 and camera_id = $2 and class_name is not distinct from $3
      and made_at > $4 and duplicate_of is null
      and bit_count(('x' || phash)::bit(64) # ('x' || $5::text)::bit(64)) <= ${NEAR_DUPLICATE_BITS}
    order by made_at desc limit 1`,
};

const INSERT: Statement = {
  name: "triage-insert-item",
  text: `insert into triage_items (item_id, node_id, camera_id, event_id, reason, class_id, class_name,
      score, box, picture, width, height, crop, model_digest, captured_at, made_at, phash,
      duplicate_of, priority, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
      case when $18::uuid is null then 'open' else 'duplicate' end)
    on conflict do nothing`,
};

const TELL: Statement = {
  name: "triage-tell",
  text: `select pg_notify('${CHANGES_CHANNEL}', 'triage')`,
};

/**
 * Makes triage items of what the rules want to ask, within their quotas; what looks like an earlier
 * question of the same camera and class is kept as its duplicate and never asked.
 */
export class TriageItemMaker {
  readonly #database: Postgres;
  readonly #blobs: BlobStore;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(options: { database: Postgres; blobs: BlobStore; logger: Logger }) {
    this.#database = options.database;
    this.#blobs = options.blobs;
    this.#logger = options.logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), PERIOD_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks at what has come; one look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#logger.debug({ err: error }, "triage waits"))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    for (const candidate of await unlookedCandidates(this.#database)) {
      const verdict = judgeCandidate(candidate);
      const ruleId =
        verdict === null ? null : await hidingRule(this.#database, candidate, candidate);
      const asked = verdict !== null && ruleId === null;
      const phash = asked ? await this.#hash(candidate) : null;
      await this.#database.transaction(async (sql) => {
        if (!(await markLooked(sql, candidate.eventId))) return;
        if (ruleId !== null) await countKeptOut(sql, ruleId);
        if (asked && phash !== null) await keep(sql, candidate, verdict, phash);
      });
    }
  }

  /** Null where the picture is gone or broken: there is nothing to ask about then. */
  async #hash({ nodeId, picture }: Candidate): Promise<string | null> {
    const read = await readSnapshot(this.#blobs, nodeId, picture);
    if (read.verdict !== "genuine") return null;
    return await perceptualHash(read.picture).catch((error: unknown) => {
      this.#logger.debug({ err: error, picture }, "a picture cannot be read");
      return null;
    });
  }
}

async function keep(
  sql: Sql,
  candidate: Candidate,
  { reason, priority }: Verdict,
  phash: string,
): Promise<void> {
  const { nodeId, cameraId, className } = candidate;
  const now = Date.now();
  const [recent] = await sql.query<{ count: number }>(COUNT_RECENT, [
    nodeId,
    cameraId,
    reason,
    className,
    now - HOUR_MS,
  ]);
  if ((recent?.count ?? 0) >= HOURLY_QUOTA[reason]) return;
  const [same] = await sql.query<{ itemId: string }>(FIND_SAME, [
    nodeId,
    cameraId,
    className,
    now - SAME_WITHIN_MS,
    phash,
  ]);
  const box = boxInPicture(candidate.box, candidate.crop);
  await sql.query(INSERT, [
    uuidv7(),
    nodeId,
    cameraId,
    candidate.eventId,
    reason,
    candidate.classId,
    className,
    candidate.score,
    box,
    candidate.picture,
    candidate.width,
    candidate.height,
    candidate.crop,
    candidate.modelDigest,
    candidate.capturedAt,
    now,
    phash,
    same?.itemId ?? null,
    priority,
  ]);
  await sql.query(TELL, []);
}
