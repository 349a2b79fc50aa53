import type { Postgres } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "../people/audit.ts";
import { type Actor, callFleet } from "./change-rollout.ts";
import { readChannelFile, withModel } from "./channel-file.ts";
import type { FleetRepo } from "./fleet-repo.ts";
import type { CommitAuthor } from "./git-command.ts";
import { faultOfModel } from "./judge-commit.ts";

/** What a person wants a channel's nodes to run, and why. */
export interface Promotion {
  channel: string;
  /** Null leaves each node with the model that it was started with. */
  digest: string | null;
  reason: string;
}

/**
 * Names a model in a channel's file: one commit by that person, pushed. Only once Git has it does
 * anything else happen.
 * @returns the commit; null where the channel names that model already.
 * @throws CodedError FLEET_*
 */
export async function promote(
  { database, repo }: { database: Postgres; repo: FleetRepo },
  { channel, digest, reason }: Promotion,
  actor: Actor,
): Promise<string | null> {
  let before: string | null = null;
  const edit = async (text: string | null) => {
    if (text === null) throw cloudError("FLEET_CHANNEL_UNKNOWN", `there is no channel ${channel}`);
    const path = `channels/${channel}.yaml`;
    const read = readChannelFile({ path, isFile: true, text, sizeBytes: text.length });
    if (!read.ok) {
      const { code, line, message } = read.fault;
      throw cloudError(code, `${path}${line === null ? "" : `, line ${line}`}: ${message}`);
    }
    const wrong = await faultOfModel(database, { model: digest, revoked: read.file.revoked });
    if (wrong !== null) throw cloudError(wrong.code, wrong.message);
    before = read.file.model;
    return before === digest ? null : withModel(text, digest, reason);
  };
  const commit = await repo.change(channel, edit, {
    author: authorOf(actor),
    message: `${titleOf(channel, digest)}\n\n${reason}\n`,
  });
  if (commit === null) return null;
  await database.transaction(async (sql) => {
    await audit(sql, {
      actor,
      action: "channel.promote",
      subject: channel,
      before: { digest: before },
      after: { digest, reason, commit },
    });
    await callFleet(sql);
  });
  return commit;
}

function titleOf(channel: string, digest: string | null): string {
  return digest === null ? `${channel}: no model` : `${channel}: model ${digest.slice(0, 12)}`;
}

/** A person as Git names an author, whose name may hold no angle brackets and no line breaks. */
function authorOf({ id, name }: Actor): CommitAuthor {
  const plain = (text: string) => text.replaceAll(/[<>\p{Cc}]/gu, "").trim();
  const email = plain(id)
    .replaceAll(/[^\w.+-]/g, "-")
    .slice(0, 100);
  return {
    name: plain(name).slice(0, 200) || "unknown",
    email: `${email || "unknown"}@sentinel.invalid`,
  };
}
