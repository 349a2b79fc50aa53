import type { Command } from "@sentinel/protocol/command";
import type { Envelope } from "@sentinel/protocol/signed-document";
import { nodeTopic } from "@sentinel/protocol/topics";
import type { Logger } from "pino";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres, Statement } from "../database/postgres.ts";

/** Sends a command to a node; false where there is no link now. */
export type SendCommand = (topic: string, payload: string) => boolean;

/** How long an address to fetch from holds: long enough for 30 MB over a thin line. */
const HOLDS_SECONDS = 3600;

const FETCHING: Statement = {
  name: "nodes-that-fetch",
  text: `select n.node_id as "nodeId", n.started_at as "startedAt", m.digest, m.manifest
    from nodes n join model_versions m on m.digest = n.model_report ->> 'digest'
    where n.online and n.model_report ->> 'state' = 'fetching' and m.state = 'approved'
      and m.manifest is not null and ($1::text is null or n.node_id = $1)`,
};

/** Says to nodes that wait for a model where they can fetch it; again when the address has expired. */
export class ModelOffers {
  readonly #database: Postgres;
  readonly #blobs: Pick<BlobStore, "presignGet">;
  readonly #send: SendCommand;
  readonly #logger: Logger;
  /** The last offer to each node. */
  readonly #offered = new Map<string, { digest: string; life: number | null; expiresAt: number }>();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: {
    database: Postgres;
    /** The bucket of models. */
    blobs: Pick<BlobStore, "presignGet">;
    send: SendCommand;
    logger: Logger;
  }) {
    this.#database = options.database;
    this.#blobs = options.blobs;
    this.#send = options.send;
    this.#logger = options.logger;
  }

  /** A node came online: what was offered before may have got lost. */
  forget(nodeId: string): void {
    this.#offered.delete(nodeId);
  }

  /** Looks at one node, or at all that fetch. */
  look(nodeId: string | null, now: number): Promise<void> {
    this.#turn = this.#turn.then(() =>
      this.#look(nodeId, now).catch((error: unknown) => {
        this.#logger.debug({ err: error }, "offers wait for the database");
      }),
    );
    return this.#turn;
  }

  async stop(): Promise<void> {
    await this.#turn;
  }

  async #look(nodeId: string | null, now: number): Promise<void> {
    for (const [id, { expiresAt }] of this.#offered) if (expiresAt < now) this.#offered.delete(id);
    const nodes = await this.#database.query<{
      nodeId: string;
      startedAt: number | null;
      digest: string;
      manifest: Envelope;
    }>(FETCHING, [nodeId]);
    for (const node of nodes) {
      const last = this.#offered.get(node.nodeId);
      const isRepeat = last?.digest === node.digest && last.life === node.startedAt;
      if (!isRepeat) await this.#offer(node, now);
    }
  }

  async #offer(
    node: { nodeId: string; startedAt: number | null; digest: string; manifest: Envelope },
    now: number,
  ): Promise<void> {
    const { nodeId, startedAt, digest, manifest } = node;
    const expiresAt = now + HOLDS_SECONDS * 1000;
    const url = await this.#blobs.presignGet(`models/${digest}.onnx`, HOLDS_SECONDS);
    const id = crypto.randomUUID();
    const command: Command = { id, type: "offer-model", expiresAt, digest, manifest, url };
    if (!this.#send(nodeTopic(nodeId, "commands"), JSON.stringify(command))) return;
    this.#offered.set(nodeId, { digest, life: startedAt, expiresAt });
  }
}
