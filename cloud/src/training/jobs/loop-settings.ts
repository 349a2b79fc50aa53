import { z } from "zod";
import type { Sql, Statement } from "../../database/postgres.ts";
import { storableJson } from "../../database/storable-json.ts";
import { audit } from "../../people/audit.ts";
import { TELL_TRAINING } from "./job-row.ts";

const annotations = z.int().min(1).max(100_000);
const engine = z.enum(["head", "tfjs"]);

/** When the loop trains by itself. */
export const loopSettingsSchema = z.strictObject({
  /** So many new annotations start a job. */
  annotations: annotations.default(100),
  enabled: z.boolean().default(true),
  engine: engine.default("head"),
});

/** A change of the settings; what is left out stays. */
export const loopChangeSchema = z
  .strictObject({ annotations, enabled: z.boolean(), engine })
  .partial();

/** When the loop trains by itself. */
export type LoopSettings = z.output<typeof loopSettingsSchema>;

/** What the loop remembers: up to where it has counted, and why it could not go on. */
const loopMemorySchema = z.object({
  /** The newest annotation that a version of the loop was built from; ms. */
  countedTo: z.number(),
  datasetId: z.string().nullable(),
  blocked: z.object({ code: z.string(), message: z.string(), at: z.number() }).nullable(),
});

/** What the loop remembers. */
export type LoopMemory = z.output<typeof loopMemorySchema>;

const READ: Statement = {
  name: "read-loop-settings",
  text: "select value from loop_settings where name = $1",
};
const WRITE: Statement = {
  name: "write-loop-settings",
  text: `insert into loop_settings (name, value, changed_at, changed_by) values ($1, $2, $3, $4)
    on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by`,
};
const SETTINGS = "threshold";
const MEMORY = "memory";
/** One loop at a time, whoever runs it. */
const LOCK: Statement = {
  name: "lock-loop",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-training-loop'))",
};

/** The settings, or the defaults where nobody changed them. */
export async function readLoopSettings(sql: Sql): Promise<LoopSettings> {
  const [row] = await sql.query<{ value: unknown }>(READ, [SETTINGS]);
  return loopSettingsSchema.parse(row?.value ?? {});
}

/** Changes the settings, in the caller's transaction. */
export async function writeLoopSettings(
  sql: Sql,
  after: LoopSettings,
  actor: { id: string; name: string },
): Promise<void> {
  await sql.query(LOCK, []);
  const before = await readLoopSettings(sql);
  await sql.query(WRITE, [SETTINGS, storableJson(after), Date.now(), actor.name]);
  await audit(sql, { actor, action: "training.settings", subject: "loop", before, after });
  await sql.query(TELL_TRAINING, []);
}

export async function readLoopMemory(sql: Sql): Promise<LoopMemory> {
  const [row] = await sql.query<{ value: unknown }>(READ, [MEMORY]);
  const nothing: LoopMemory = { countedTo: 0, datasetId: null, blocked: null };
  return loopMemorySchema.catch(nothing).parse(row?.value);
}

/**
 * Writes what the loop remembers, in the caller's transaction, where it is still what `before` was.
 * @returns false where another trainer was faster.
 */
export async function writeLoopMemory(
  sql: Sql,
  before: LoopMemory,
  after: LoopMemory,
): Promise<boolean> {
  await sql.query(LOCK, []);
  const present = await readLoopMemory(sql);
  if (present.countedTo !== before.countedTo) return false;
  await sql.query(WRITE, [MEMORY, storableJson(after), Date.now(), "system"]);
  await sql.query(TELL_TRAINING, []);
  return true;
}
