import type { Postgres, Sql, Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { beginRollout, changeRollout, SYSTEM, tellRollouts } from "./change-rollout.ts";
import type { ChannelFile } from "./channel-file.ts";
import {
  type ChannelRow,
  isOpen,
  latestRollouts,
  lockRollout,
  type RolloutRow,
  readChannels,
} from "./rollout-row.ts";
import { isSameJson } from "./same-json.ts";

const UPSERT: Statement = {
  name: "upsert-channel",
  text: `insert into channels (channel, digest, file, commit_id, changed_at)
    values ($1, $2, $3, $4, $5)
    on conflict (channel) do update set digest = excluded.digest, file = excluded.file,
      commit_id = excluded.commit_id, changed_at = excluded.changed_at`,
};
const REMOVE: Statement = {
  name: "remove-channel",
  text: "delete from channels where channel = $1",
};
const GOOD: Statement = {
  name: "good-commit",
  text: `update fleet_repo set good_commit = $1, good_at = $2, seen_commit = $1, seen_at = $2, fault = null`,
};
const LOCK: Statement = {
  name: "lock-fleet",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-fleet'))",
};
const AUTHOR_UNKNOWN = "a commit";

/** Makes a good commit the fleet's wanted state; a channel whose model changed begins a rollout. */
export async function takeCommit(
  database: Postgres,
  commit: { id: string; author: string; files: readonly ChannelFile[] },
  now: number,
): Promise<void> {
  await database.transaction(async (sql) => {
    await sql.query(LOCK, []);
    const before = new Map((await readChannels(sql)).map((row) => [row.channel, row]));
    const latest = await latestRollouts(sql);
    for (const file of commit.files) {
      const known = before.get(file.channel) ?? null;
      before.delete(file.channel);
      if (known !== null && isSameJson(known.file, file)) continue;
      const row = { channel: file.channel, digest: file.model, file, commitId: commit.id };
      const values = [row.channel, row.digest, storableJson(file), row.commitId, now];
      await sql.query(UPSERT, values);
      if (known === null || known.digest === file.model) continue;
      const rollout = latest.get(file.channel) ?? null;
      const by = commit.author === "" ? AUTHOR_UNKNOWN : commit.author;
      await followModel(sql, { ...row, changedAt: now }, known, rollout, by, now);
    }
    for (const { channel } of before.values()) {
      await sql.query(REMOVE, [channel]);
      await end(sql, latest.get(channel), `Aborted: Git has no channel ${channel} any more.`, now);
    }
    await sql.query(GOOD, [commit.id, now]);
    await tellRollouts(sql);
  });
}

/** A channel's model changed in Git. */
async function followModel(
  sql: Sql,
  channel: ChannelRow,
  known: ChannelRow,
  latest: RolloutRow | null,
  by: string,
  now: number,
): Promise<void> {
  const { digest } = channel;
  const went = latest !== null && (latest.state === "aborted" || latest.state === "rolled-back");
  const open = latest !== null && isOpen(latest) ? latest : null;
  // Git caught up with what had gone back already.
  if (went && digest === latest.gitBefore) return;
  const short = channel.commitId.slice(0, 12);
  if (open !== null) {
    const isBack = digest === open.gitBefore;
    const words = isBack ? "names the model from before again" : "names another model";
    await end(sql, open, `Aborted: commit ${short} ${words}.`, now);
    if (isBack) return;
  }
  if (digest === null) return;
  const git = open?.gitBefore ?? (went ? latest.gitBefore : known.digest);
  const from = open?.fromDigest ?? (went ? latest.fromDigest : null);
  await beginRollout(sql, { ...channel, digest }, { git, from }, by, now);
}

async function end(
  sql: Sql,
  rollout: RolloutRow | undefined,
  why: string,
  now: number,
): Promise<void> {
  if (rollout === undefined) return;
  const held = await lockRollout(sql, rollout.rolloutId);
  if (held === null || !isOpen(held)) return;
  await changeRollout(sql, held, { state: "aborted", why }, SYSTEM, "abort", now);
}
