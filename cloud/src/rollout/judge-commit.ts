import type { Sql, Statement } from "../database/postgres.ts";
import { type ChannelFile, lineOfKey, readChannelFile } from "./channel-file.ts";
import { MAX_FILES, type RepoFile } from "./fleet-repo.ts";
import type { RepoFault } from "./repo-fault.ts";

const MODEL: Statement = {
  name: "model-of-commit",
  text: "select state, manifest is not null as signed from model_versions where digest = $1",
};

/** What a commit says, or the first thing that is wrong with it. */
export type Judgement = { ok: true; files: ChannelFile[] } | { ok: false; fault: RepoFault };

/** Reads every channel file of a commit and looks its models up in the registry. */
export async function judgeCommit(sql: Sql, files: readonly RepoFile[]): Promise<Judgement> {
  if (files.length === 0) {
    const message = "there is no file channels/<name>.yaml";
    return {
      ok: false,
      fault: { code: "FLEET_FILE_INVALID", file: "channels", line: null, message },
    };
  }
  if (files.length > MAX_FILES) {
    const message = `there are more than ${MAX_FILES} channel files`;
    const fault = { code: "FLEET_FILE_INVALID", file: "channels", line: null, message } as const;
    return { ok: false, fault };
  }
  const good: ChannelFile[] = [];
  for (const file of files) {
    const read = readChannelFile(file);
    if (!read.ok) return read;
    const wrong = await faultOfModel(sql, read.file);
    if (wrong !== null) {
      const line = lineOfKey(file.text ?? "", "model");
      return { ok: false, fault: { ...wrong, file: file.path, line } };
    }
    good.push(read.file);
  }
  return { ok: true, files: good };
}

/** Why a channel may not name its model; null where it may. */
export async function faultOfModel(
  sql: Sql,
  { model, revoked }: Pick<ChannelFile, "model" | "revoked">,
): Promise<Pick<RepoFault, "code" | "message"> | null> {
  if (model === null) return null;
  const short = model.slice(0, 12);
  if (revoked.includes(model)) {
    return { code: "FLEET_MODEL_REVOKED", message: `the file itself revokes model ${short}` };
  }
  const [known] = await sql.query<{ state: string; signed: boolean }>(MODEL, [model]);
  if (known === undefined) {
    return { code: "FLEET_MODEL_UNKNOWN", message: `the registry has no model ${short}` };
  }
  if (known.state === "revoked") {
    return { code: "FLEET_MODEL_REVOKED", message: `model ${short} is revoked` };
  }
  if (known.state !== "approved") {
    const message = `model ${short} is ${known.state}, not approved`;
    return { code: "FLEET_MODEL_NOT_APPROVED", message };
  }
  if (known.signed) return null;
  return { code: "FLEET_MODEL_NOT_APPROVED", message: `model ${short} has no signed manifest` };
}
