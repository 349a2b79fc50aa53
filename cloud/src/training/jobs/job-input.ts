import type { Sql, Statement } from "../../database/postgres.ts";
import { countDataset } from "../../dataset/count-pictures.ts";
import { datasetIdOf, datasetManifestSchema } from "../../dataset/dataset-manifest.ts";
import { refuseUnfit } from "../../dataset/training-fitness.ts";
import { cloudError } from "../../errors.ts";
import { JOB_FILES, type JobInput, type JobPicture } from "./job-files.ts";
import type { JobRow } from "./job-row.ts";

/** What a base model must be for the engines: the head of this layout is what they train. */
const TRAINABLE_LAYOUT = "yolov5";
/** Bits of 64 in which the perceptual hashes of near-duplicates may differ. */
const NEAR_DUPLICATE_BITS = 8;

const READ_MANIFEST: Statement = {
  name: "read-training-manifest",
  text: "select manifest from dataset_versions where dataset_id = $1",
};
const READ_BASE: Statement = {
  name: "read-training-base",
  text: "select layout, input_size, class_names, state from model_versions where digest = $1",
};
/** Pictures of a job that are, or look like, one of a golden set, also one frozen since. */
const READ_GOLDEN: Statement = {
  name: "read-golden-of-training",
  text: `select distinct a.picture from annotations a
    join golden_pictures g on g.picture = a.picture
      or (a.phash ~ '^[0-9a-f]{16}$' and g.phash ~ '^[0-9a-f]{16}$' and
        bit_count(('x' || a.phash)::bit(64) # ('x' || g.phash)::bit(64)) <= $2)
    where a.annotation_id = any($1) order by 1`,
};

interface BaseRow {
  layout: string;
  input_size: number;
  class_names: string[];
  state: string;
}

/** The newest model that a person approved and the engines can train; null where there is none. */
export const NEWEST_BASE: Statement = {
  name: "newest-training-base",
  text: `select digest, name from model_versions
    where state = 'approved' and layout = '${TRAINABLE_LAYOUT}'
    order by coalesce(approved_at, made_at) desc limit 1`,
};

/**
 * What a job is to do, from its dataset version and base model. Golden pictures are left out.
 * @throws CodedError TRAINING_DATASET_UNUSABLE, TRAINING_GOLDEN_TOUCHED, TRAINING_BASE_UNUSABLE,
 *   DATASET_EMPTY, DATASET_ONE_CLASS, DATASET_NO_VALIDATION.
 */
export async function composeJobInput(sql: Sql, job: JobRow): Promise<JobInput> {
  const base = await readBase(sql, job.base_digest);
  const [row] = await sql.query<{ manifest: unknown }>(READ_MANIFEST, [job.dataset_id]);
  const parsed = datasetManifestSchema.safeParse(row?.manifest);
  if (!parsed.success) {
    throw cloudError("TRAINING_DATASET_UNUSABLE", `${job.dataset_id}: ${parsed.error.message}`);
  }
  if (datasetIdOf(parsed.data) !== job.dataset_id) {
    const message = `${job.dataset_id}: its manifest is not the one that its id names`;
    throw cloudError("TRAINING_DATASET_UNUSABLE", message);
  }
  const used = parsed.data.pictures.filter(({ split }) => split !== "golden");
  await refuseGolden(
    sql,
    used.map(({ annotationId }) => annotationId),
  );
  const pictures = used.map(({ annotation: _, annotationId: __, ...picture }) => picture);
  refuseUnfit(countDataset(parsed.data.pictures));
  refuseUnknownClasses(pictures, base.class_names);
  return {
    datasetId: job.dataset_id,
    baseModel: JOB_FILES.base,
    baseDigest: job.base_digest,
    inputSize: base.input_size,
    classNames: base.class_names,
    engine: job.engine,
    settings: job.settings,
    seed: job.seed,
    pictures,
  };
}

async function readBase(sql: Sql, digest: string): Promise<BaseRow> {
  const [base] = await sql.query<BaseRow>(READ_BASE, [digest]);
  if (base === undefined) {
    throw cloudError("TRAINING_BASE_UNUSABLE", `there is no model ${digest}`);
  }
  if (base.layout !== TRAINABLE_LAYOUT) {
    const message = `a model of layout ${base.layout} cannot be trained; only ${TRAINABLE_LAYOUT} can`;
    throw cloudError("TRAINING_BASE_UNUSABLE", message);
  }
  if (base.state === "revoked") {
    throw cloudError("TRAINING_BASE_UNUSABLE", `model ${digest} was revoked`);
  }
  return base;
}

async function refuseGolden(sql: Sql, annotationIds: readonly string[]): Promise<void> {
  const rows = await sql.query<{ picture: string }>(READ_GOLDEN, [
    annotationIds,
    NEAR_DUPLICATE_BITS,
  ]);
  if (rows.length === 0) return;
  const named = rows.slice(0, 5).map(({ picture }) => picture);
  const more = rows.length > 5 ? ` and ${rows.length - 5} more` : "";
  const message = `${rows.length} pictures are, or look like, pictures of a golden set: ${named.join(", ")}${more}`;
  throw cloudError("TRAINING_GOLDEN_TOUCHED", message);
}

function refuseUnknownClasses(
  pictures: readonly JobPicture[],
  classNames: readonly string[],
): void {
  const named = new Set(pictures.flatMap(({ boxes }) => boxes.map(({ className }) => className)));
  const unknown = [...named].filter((name) => !classNames.includes(name)).sort();
  if (unknown.length === 0) return;
  const message = `classes that the base model does not know: ${unknown.join(", ")}`;
  throw cloudError("TRAINING_DATASET_UNUSABLE", message);
}
