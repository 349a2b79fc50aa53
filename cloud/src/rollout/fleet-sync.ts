import { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import type { Postgres, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { audit } from "../people/audit.ts";
import { SYSTEM, tellRollouts } from "./change-rollout.ts";
import type { FleetRepo } from "./fleet-repo.ts";
import { judgeCommit } from "./judge-commit.ts";
import type { RepoFault } from "./repo-fault.ts";
import { isSameJson } from "./same-json.ts";
import { takeCommit } from "./take-commit.ts";

const BEGIN: Statement = {
  name: "begin-fleet-repo",
  text: `insert into fleet_repo (only_row, url) values (true, $1)
    on conflict (only_row) do update set url = excluded.url`,
};
const READ: Statement = {
  name: "read-fleet-repo",
  text: `select good_commit as good, seen_commit as seen, fault from fleet_repo`,
};
const FAULT: Statement = {
  name: "fault-of-fleet-repo",
  text: `update fleet_repo set seen_commit = coalesce($1, seen_commit), seen_at = $2, fault = $3`,
};
const SEEN: Statement = {
  name: "fleet-repo-seen",
  text: "update fleet_repo set seen_commit = $1, seen_at = $2, fault = null",
};

/**
 * Reads Git and nothing else: a commit that holds becomes the fleet's wanted state; one that does not
 * is told with file and line, and the last good one stays.
 */
export class FleetSync {
  readonly #database: Postgres;
  readonly #repo: FleetRepo;
  readonly #logger: Logger;

  constructor(options: { database: Postgres; repo: FleetRepo; logger: Logger }) {
    this.#database = options.database;
    this.#repo = options.repo;
    this.#logger = options.logger;
  }

  async start(): Promise<void> {
    await this.#database.query(BEGIN, [this.#repo.shownUrl]);
  }

  /** Looks at the newest commit. */
  async look(now: number): Promise<void> {
    const [state] = await this.#database.query<{
      good: string | null;
      seen: string | null;
      fault: RepoFault | null;
    }>(READ, []);
    if (state === undefined) return;
    let head: string;
    try {
      head = await this.#repo.fetch();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const { message } = error;
      const fault = { code: "FLEET_REPO_UNREACHABLE", file: null, line: null, message } as const;
      await this.#tell(state.fault, fault, null, now);
      return;
    }
    if (head === state.good) {
      if (state.fault !== null || state.seen !== head) await this.#allWell(head, now);
      return;
    }
    if (state.good !== null && !(await this.#repo.follows(head, state.good))) {
      const message = `commit ${head.slice(0, 12)} does not follow ${state.good.slice(0, 12)}, the last good one: somebody pushed by force`;
      const fault = { code: "FLEET_HISTORY_REWRITTEN", file: null, line: null, message } as const;
      await this.#tell(state.fault, fault, head, now);
      return;
    }
    // Judged again while it is bad: its model may have been approved meanwhile.
    const judged = await judgeCommit(this.#database, await this.#repo.files(head));
    if (!judged.ok) {
      await this.#tell(state.fault, judged.fault, head, now);
      return;
    }
    const author = await this.#repo.authorOf(head);
    await takeCommit(this.#database, { id: head, author, files: judged.files }, now);
    this.#logger.info({ commit: head }, "the fleet follows a new commit");
  }

  async #allWell(head: string, now: number): Promise<void> {
    await this.#database.transaction(async (sql) => {
      await sql.query(SEEN, [head, now]);
      await tellRollouts(sql);
    });
  }

  async #tell(
    before: RepoFault | null,
    fault: RepoFault,
    head: string | null,
    now: number,
  ): Promise<void> {
    if (isSameJson(before, fault)) return;
    this.#logger.warn({ fault, commit: head }, "the newest commit is not taken");
    await this.#database.transaction(async (sql) => {
      await sql.query(FAULT, [head, now, storableJson(fault)]);
      await audit(sql, {
        actor: SYSTEM,
        action: "fleet.refuse",
        subject: head ?? "fleet repository",
        before,
        after: fault,
      });
      await tellRollouts(sql);
    });
  }
}
