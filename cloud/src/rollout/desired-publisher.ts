import type { Desired, DesiredCamera } from "@sentinel/protocol/desired";
import { isInCohort, type Labels } from "@sentinel/protocol/statement";
import { nodeTopic } from "@sentinel/protocol/topics";
import type { Logger } from "pino";
import type { Postgres, Statement } from "../database/postgres.ts";
import { isSameJson } from "./same-json.ts";
import { newestStatements } from "./statements.ts";

/** Publishes a retained message; false where there is no link now. */
export type PublishRetained = (topic: string, payload: string) => boolean;

const EVERY_NODE: Statement = { name: "ids-of-nodes", text: "select node_id as id from nodes" };
const LABELS: Statement = {
  name: "labels-of-node",
  text: "select labels from nodes where node_id = $1",
};
const CAMERAS: Statement = {
  name: "wished-cameras",
  text: `select camera_id as "cameraId", name, url, enabled, deleted_at is not null as deleted, revision
    from camera_settings where node_id = $1 and revision > 0 order by camera_id limit 1000`,
};
const RETRY_MS = 1_000;

/**
 * Keeps the retained `desired` of every node up to date: the newest statement of its cohort, and its
 * cameras. One node after the other, always from what the database holds then.
 */
export class DesiredPublisher {
  readonly #database: Postgres;
  readonly #publish: PublishRetained;
  readonly #logger: Logger;
  readonly #waiting = new Set<string>();
  /** What the broker was told over the present connection, without the time. */
  readonly #told = new Map<string, Omit<Desired, "at">>();
  readonly #stopped = new AbortController();
  #everyNode = false;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { database: Postgres; publish: PublishRetained; logger: Logger }) {
    this.#database = options.database;
    this.#publish = options.publish;
    this.#logger = options.logger;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#working;
  }

  /** The link to the broker is up: it may have forgotten everything. */
  onUp(): void {
    this.#told.clear();
    this.changed("*");
  }

  /** Takes the payload of a notification: a node's id, `*` or null for every node, empty for none. */
  changed(payload: string | null): void {
    if (payload === "") return;
    if (payload === null || payload === "*") this.#everyNode = true;
    else this.#waiting.add(payload);
    this.#wake();
  }

  #wake(): void {
    if (this.#stopped.signal.aborted) return;
    this.#working ??= this.#work()
      .catch((error: unknown) => {
        this.#logger.debug({ err: error }, "desired states wait for database or broker");
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#wake(), RETRY_MS);
      })
      .finally(() => {
        this.#working = null;
      });
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      if (this.#everyNode) {
        const nodes = await this.#database.query<{ id: string }>(EVERY_NODE, []);
        this.#everyNode = false;
        for (const { id } of nodes) this.#waiting.add(id);
      }
      const statements = await newestStatements(this.#database);
      const round = [...this.#waiting];
      if (round.length === 0) return;
      for (const nodeId of round) {
        if (this.#stopped.signal.aborted) return;
        this.#waiting.delete(nodeId);
        try {
          await this.#tell(nodeId, statements);
        } catch (error) {
          this.#waiting.add(nodeId);
          throw error;
        }
      }
    }
  }

  async #tell(
    nodeId: string,
    statements: Awaited<ReturnType<typeof newestStatements>>,
  ): Promise<void> {
    const [node] = await this.#database.query<{ labels: Labels }>(LABELS, [nodeId]);
    if (node === undefined) return;
    const rows = await this.#database.query<DesiredCamera & { revision: number }>(CAMERAS, [
      nodeId,
    ]);
    const own = statements
      .filter(({ statement }) => isInCohort(statement, node.labels))
      .sort((a, b) => b.statement.counter - a.statement.counter);
    const desired: Omit<Desired, "at"> = {
      nodeId,
      statement: own[0]?.envelope ?? null,
      cameraRevision: Math.max(0, ...rows.map(({ revision }) => revision)),
      cameras: rows.map(({ revision: _revision, ...camera }) => camera),
    };
    if (isSameJson(this.#told.get(nodeId), desired)) return;
    // With nothing to say the topic stays empty, unless something was said there before.
    const isEmpty = desired.statement === null && desired.cameras.length === 0;
    if (isEmpty && !this.#told.has(nodeId)) return;
    const payload = JSON.stringify({ ...desired, at: Date.now() } satisfies Desired);
    if (!this.#publish(nodeTopic(nodeId, "desired"), payload)) throw new Error("no link");
    this.#told.set(nodeId, desired);
  }
}
