import { createHash } from "node:crypto";
import type { Box } from "@sentinel/protocol/box";
import { pino } from "pino";
import { Postgres } from "../src/database/postgres.ts";
import type { Answer } from "../src/triage/answer.ts";
import { answerItem } from "../src/triage/answers.ts";
import { hasCheckBefore } from "../src/triage/checks.ts";
import { leaseNext } from "../src/triage/leases.ts";
import { connectApi } from "./api-client.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** The model that all items of a test were seen by. */
export const MODEL = "a".repeat(64);

/** What an item of a test is; the rest is made up. */
export interface SampleItem {
  itemId: string;
  eventId: string | null;
  className: string | null;
  score: number | null;
  /** In fractions of the picture. */
  box: Box;
  crop: Box;
  /** The higher the earlier it is asked. */
  priority: number;
  picture: string;
}

/** A cloud with questions, and people who answer them. */
export class TriageFixture {
  readonly cloud: RunningCloud;
  readonly database: Postgres;
  readonly api: ReturnType<typeof connectApi>["api"];
  readonly #close: () => Promise<void>;

  private constructor(cloud: RunningCloud) {
    this.cloud = cloud;
    const { api, close } = connectApi(cloud.httpUrl);
    this.api = api;
    this.#close = close;
    this.database = new Postgres({ url: cloud.database.url, logger: pino({ level: "silent" }) });
  }

  static async start(): Promise<TriageFixture> {
    return new TriageFixture(await startCloud({}));
  }

  query<Row extends Record<string, unknown>>(text: string, values: unknown[] = []) {
    return this.cloud.database.query<Row>(text, values);
  }

  /** Forgets every question and answer; one camera and one model are known. */
  async clear(): Promise<void> {
    await this.query(
      `truncate annotations, triage_items, triage_checks, triage_rules, triage_looked, events,
         motion_sightings, event_log, arrived_snapshots, person_settings, audit_log cascade`,
    );
    await this.query(
      `insert into nodes (node_id, first_seen_at, last_seen_at) values ('node-a', 1, 1)
       on conflict do nothing`,
    );
    await this.query(
      `insert into cameras (node_id, camera_id, name, state, since)
       values ('node-a', 'gate-1', 'Gate', 'live', 1) on conflict do nothing`,
    );
    await this.query(
      `insert into node_models (node_id, digest, name, licence, input_size, class_names, first_seen_at,
         last_seen_at)
       values ('node-a', $1, 'm', 'x', 320, '["person", "car"]', 1, 1) on conflict do nothing`,
      [MODEL],
    );
  }

  /** An open question, before which no known one comes by chance. */
  async item(change: Partial<SampleItem> = {}): Promise<string> {
    const item: SampleItem = {
      itemId: plainItemId(),
      eventId: null,
      className: "person",
      score: 0.5,
      box: [0.1, 0.1, 0.5, 0.5],
      crop: [0, 0, 1, 1],
      priority: 1,
      picture: "",
      ...change,
    };
    const picture = item.picture || createHash("sha256").update(item.itemId).digest("hex");
    await this.query(
      `insert into triage_items (item_id, node_id, camera_id, event_id, reason, class_id, class_name,
         score, box, picture, width, height, crop, model_digest, captured_at, made_at, phash, priority)
       values ($1, 'node-a', 'gate-1', $2, $3, $4, $5, $6, $7, $8, 320, 240, $9, $10, 5000, 5, $11, $12)`,
      [
        item.itemId,
        item.eventId,
        item.className === null ? "motion" : "score-band",
        item.className === null ? null : 0,
        item.className,
        item.className === null ? null : item.score,
        item.box,
        picture,
        item.crop,
        MODEL,
        item.itemId.replaceAll("-", "").slice(-16),
        item.priority,
      ],
    );
    return item.itemId;
  }

  /** What somebody's page is given next. */
  async next(
    id: string,
    wish: { count?: number; holding?: string[]; page?: string | null; className?: string } = {},
  ) {
    const { count = 1, holding = [], page = null, className = "person" } = wish;
    return await leaseNext(this.database, person(id), { className, count, holding, page });
  }

  /** Somebody answers. @returns the answer's id. */
  async answer(id: string, itemId: string, change: Partial<Answer> = {}): Promise<string> {
    const answer: Answer = {
      annotationId: crypto.randomUUID(),
      itemId,
      verdict: "reject",
      boxes: [],
      decisionMs: 500,
      ...change,
    };
    await answerItem(this.database, answer, person(id));
    return answer.annotationId;
  }

  async stop(): Promise<void> {
    await this.#close();
    await this.database.stop();
    await this.cloud.stop();
  }
}

/** Somebody who may answer. */
export function person(id: string) {
  return { id, name: id, role: "operator" as const };
}

/** An id before which no known question comes. */
function plainItemId(): string {
  for (;;) {
    const itemId = uuidV7();
    if (!hasCheckBefore(itemId)) return itemId;
  }
}

/** An id before which a known question comes. */
export function checkedItemId(): string {
  return `${uuidV7().slice(0, -6)}000014`;
}
