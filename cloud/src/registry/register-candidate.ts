import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres, Statement } from "../database/postgres.ts";
import { queueEvaluation } from "../evaluation/jobs/queue-evaluation.ts";
import { audit } from "../people/audit.ts";

/** What the registry keeps models in. */
export interface RegistryStores {
  database: Postgres;
  /** Bucket sentinel-models. */
  models: BlobStore;
}

/** A model that a training job made. */
export interface CandidateFacts {
  digest: string;
  bytes: Uint8Array;
  jobId: string;
  datasetId: string;
  baseDigest: string;
}

/** It is what its base is, but for its numbers: same input, same classes, same licence. */
const INSERT: Statement = {
  name: "insert-candidate",
  text: `insert into model_versions (digest, name, base_digest, job_id, dataset_id, layout, input_size,
      class_names, licence, size_bytes, state, made_at)
    select $1, left(regexp_replace(b.name, '\\.\\d+$', ''), 90) || '.' ||
        (select count(*) + 1 from model_versions where base_digest is not null),
      b.digest, $3, $4, b.layout, b.input_size, b.class_names, b.licence, $5, 'candidate', $6
    from model_versions b where b.digest = $2
    on conflict (digest) do nothing returning name`,
};
/** Names are counted, so one at a time. */
const LOCK: Statement = {
  name: "lock-candidates",
  text: "select pg_advisory_xact_lock(hashtext('sentinel-candidates'))",
};
const TELL: Statement = {
  name: "tell-models",
  text: "select pg_notify('sentinel_changes', 'models')",
};
const SYSTEM = { id: "system", name: "system" };

/** Where a model's file lies. */
export function modelKey(digest: string): string {
  return `models/${digest}.onnx`;
}

/**
 * Takes a trained model in as candidate: the file first, so that every row has one. Its comparison with
 * its base is queued in the same transaction. The same model again changes nothing.
 * @throws CodedError BLOBS_UNREACHABLE.
 */
export async function registerCandidate(
  { database, models }: RegistryStores,
  candidate: CandidateFacts,
): Promise<void> {
  const { digest, bytes, jobId, datasetId, baseDigest } = candidate;
  await models.write(modelKey(digest), bytes, "application/octet-stream");
  await database.transaction(async (sql) => {
    await sql.query(LOCK, []);
    const values = [digest, baseDigest, jobId, datasetId, bytes.length, Date.now()];
    const [made] = await sql.query<{ name: string }>(INSERT, values);
    if (made === undefined) return;
    const after = { name: made.name, jobId, datasetId, baseDigest };
    await audit(sql, {
      actor: SYSTEM,
      action: "model.register",
      subject: digest,
      before: null,
      after,
    });
    await queueEvaluation(sql, { digest, against: baseDigest, goldenId: null }, SYSTEM);
    await sql.query(TELL, []);
  });
}
