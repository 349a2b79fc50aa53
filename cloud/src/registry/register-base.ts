import type { Statement } from "../database/postgres.ts";
import { cloudError } from "../errors.ts";
import { audit } from "../people/audit.ts";
import type { ModelRow } from "./model-row.ts";
import { readModelFile } from "./read-model-file.ts";
import type { RegistryParts } from "./registry-parts.ts";
import { signManifest } from "./sign-manifest.ts";

/** A model of the catalog, whose file lies in the store already. */
export type BaseFacts = Pick<
  ModelRow,
  "digest" | "name" | "layout" | "inputSize" | "classNames" | "licence"
>;

const INSERT: Statement = {
  name: "insert-base-model",
  text: `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
      state, manifest, made_at, approved_by, approved_at)
    values ($1, $2, $3, $4, $5, $6, $7, 'approved', $8, $9, $10, $9)
    on conflict (digest) do nothing returning digest`,
};
const TELL: Statement = {
  name: "tell-base-model",
  text: "select pg_notify('sentinel_changes', 'models')",
};

/**
 * Takes in a model of the catalog, which nodes run before anything was learnt: approved and signed at
 * once. The same one again changes nothing.
 * @throws CodedError MODEL_FILE_GONE, SIGNING_KEY_MISSING.
 */
export async function registerBase(
  { database, models, signingKey }: RegistryParts,
  base: BaseFacts,
  person: { id: string; name: string },
): Promise<void> {
  if (signingKey === null) throw noKey();
  const { length: sizeBytes } = await readModelFile(models, base.digest);
  const at = Date.now();
  const facts = { ...base, sizeBytes, baseDigest: null, datasetId: null };
  const manifest = signManifest(facts, { by: person.name, at, evaluationDigest: null }, signingKey);
  await database.transaction(async (sql) => {
    const inserted = await sql.query(INSERT, [
      base.digest,
      base.name,
      base.layout,
      base.inputSize,
      JSON.stringify(base.classNames),
      JSON.stringify(base.licence),
      sizeBytes,
      JSON.stringify(manifest),
      at,
      person.name,
    ]);
    if (inserted.length === 0) return;
    const after = { name: base.name, licence: base.licence.id };
    await audit(sql, {
      actor: person,
      action: "model.register-base",
      subject: base.digest,
      before: null,
      after,
    });
    await sql.query(TELL, []);
  });
}

/** Nothing can be signed here. */
export function noKey() {
  return cloudError(
    "SIGNING_KEY_MISSING",
    "this cloud was given no signing key; set SENTINEL_SIGNING_KEY_FILE",
  );
}
