import type { Sql, Statement } from "../../database/postgres.ts";
import { takeSound, toPicture } from "../../dataset/compose-dataset.ts";
import { type DatasetPicture, datasetManifestSchema } from "../../dataset/dataset-manifest.ts";
import { readAnnotationsById } from "../../dataset/read-annotations.ts";
import { cloudError } from "../../errors.ts";
import type { MeasuredOn } from "../measured-on.ts";
import { covers } from "../measured-on.ts";
import { findLearnt, type HashedPicture, refuseLearnt } from "./learnt-pictures.ts";

/** The model that is judged and the one that it is compared with. */
export interface JudgedModels {
  digest: string;
  against: string;
  /** The version that the judged model was trained on. */
  datasetId: string | null;
  /** What either of them knows. */
  classNames: readonly string[];
}

/** Pictures to judge on, and what they are. */
export interface MeasuredPictures {
  pictures: DatasetPicture[];
  measuredOn: MeasuredOn;
}

interface GoldenSetRow {
  goldenId: string;
  name: string;
}

/** Older ones are not looked at unless somebody names one. */
const GOLDEN_SETS: Statement = {
  name: "newest-golden-sets",
  text: `select golden_id as "goldenId", name from golden_sets
    where $1::text is null or golden_id = $1 order by frozen_at desc, golden_id limit 20`,
};
const GOLDEN_PICTURES: Statement = {
  name: "pictures-of-golden-set",
  text: `select picture, annotation_id as "annotationId", phash from golden_pictures
    where golden_id = $1 order by picture`,
};
const VERSION: Statement = {
  name: "version-to-judge-on",
  text: "select name, manifest from dataset_versions where dataset_id = $1",
};
const HASHES: Statement = {
  name: "hashes-of-pictures",
  text: "select picture, phash from picture_facts where picture = any($1)",
};

/**
 * The pictures that a model is judged on: the golden set that was named; otherwise the newest one that
 * covers what the model learnt and that neither model learnt from; otherwise the validation part of the
 * version that it was trained on, by which its best epoch was chosen.
 * @throws CodedError GOLDEN_UNKNOWN, EVALUATION_EMPTY, EVALUATION_WRONG_CLASSES, EVALUATION_TRAINED_ON,
 *   DATASET_ANNOTATION_UNSOUND, DATASET_TAMPERED.
 */
export async function choosePictures(
  sql: Sql,
  models: JudgedModels,
  wantedGolden: string | null,
  leastCameraShare: number,
): Promise<MeasuredPictures> {
  const version = models.datasetId === null ? null : await readVersion(sql, models.datasetId);
  const sets = await sql.query<GoldenSetRow>(GOLDEN_SETS, [wantedGolden]);
  if (wantedGolden !== null && sets.length === 0) {
    throw cloudError("GOLDEN_UNKNOWN", `there is no golden set ${wantedGolden}`);
  }
  for (const set of sets) {
    const { pictures, hashes } = await readGolden(sql, set.goldenId);
    const measuredOn = describe(pictures, models, version, { kind: "golden", ...set });
    const learnt = await findLearnt(sql, [models.digest, models.against], hashes);
    if (wantedGolden !== null) refuseLearnt(learnt);
    else if (learnt.length > 0 || !covers(measuredOn, leastCameraShare)) continue;
    refuseUseless(pictures, measuredOn, models.classNames);
    return { pictures, measuredOn };
  }
  if (version === null) {
    const why = "no golden set was frozen yet, and the model was trained on no dataset version";
    throw cloudError("EVALUATION_EMPTY", why);
  }
  return await validationOf(sql, models, version);
}

interface Version {
  datasetId: string;
  name: string;
  pictures: DatasetPicture[];
}

async function validationOf(
  sql: Sql,
  models: JudgedModels,
  version: Version,
): Promise<MeasuredPictures> {
  const pictures = version.pictures.filter(({ split }) => split === "validation");
  const { datasetId, name } = version;
  const measuredOn = describe(pictures, models, version, { kind: "validation", datasetId, name });
  const names = pictures.map(({ picture }) => picture);
  const known = new Map(
    (await sql.query<HashedPicture>(HASHES, [names])).map(({ picture, phash }) => [picture, phash]),
  );
  const hashes = names.map((picture) => ({ picture, phash: known.get(picture) ?? "" }));
  refuseLearnt(await findLearnt(sql, [models.digest, models.against], hashes));
  refuseUseless(pictures, measuredOn, models.classNames);
  return { pictures, measuredOn };
}

async function readVersion(sql: Sql, datasetId: string): Promise<Version> {
  const [row] = await sql.query<{ name: string; manifest: unknown }>(VERSION, [datasetId]);
  const manifest = datasetManifestSchema.safeParse(row?.manifest);
  if (row !== undefined && manifest.success) {
    return { datasetId, name: row.name, pictures: manifest.data.pictures };
  }
  throw cloudError("DATASET_TAMPERED", `version ${datasetId} holds no manifest that can be read`);
}

async function readGolden(sql: Sql, goldenId: string) {
  const rows = await sql.query<HashedPicture & { annotationId: string }>(GOLDEN_PICTURES, [
    goldenId,
  ]);
  const ids = rows.map(({ annotationId }) => annotationId);
  const annotations = takeSound(await readAnnotationsById(sql, ids));
  return {
    pictures: annotations.map((annotation) => toPicture(annotation, "golden")),
    hashes: rows.map(({ picture, phash }) => ({ picture, phash })),
  };
}

/** What pictures are, seen from what the model learnt. */
function describe(
  pictures: readonly DatasetPicture[],
  { classNames }: JudgedModels,
  version: Version | null,
  source: { kind: MeasuredOn["kind"]; goldenId?: string; datasetId?: string; name: string },
): MeasuredOn {
  const learnt = version?.pictures.filter(({ split }) => split === "train") ?? [];
  const chosenBy = new Set(
    version?.pictures.flatMap(({ picture, split }) => (split === "validation" ? picture : [])),
  );
  const [classes, learntClasses] = [classesOf(pictures), classesOf(learnt)];
  const [cameras, learntCameras] = [camerasOf(pictures), camerasOf(learnt)];
  const isEmpty = ({ boxes }: DatasetPicture) => boxes.length === 0;
  return {
    kind: source.kind,
    goldenId: source.goldenId ?? null,
    datasetId: source.datasetId ?? null,
    name: source.name,
    chosenBy: pictures.filter(({ picture }) => chosenBy.has(picture)).length,
    learntClasses: [...learntClasses].sort(),
    missingClasses: [...learntClasses].filter((name) => !classes.has(name)).sort(),
    learntCameras: learntCameras.size,
    missingCameras: [...learntCameras].filter((name) => !cameras.has(name)).sort(),
    unknownClasses: [...classes].filter((name) => !classNames.includes(name)).sort(),
    onlyClass: classes.size === 1 && !pictures.some(isEmpty) ? ([...classes][0] ?? null) : null,
  };
}

function refuseUseless(
  pictures: readonly DatasetPicture[],
  { kind, name, unknownClasses }: MeasuredOn,
  classNames: readonly string[],
): void {
  const what = kind === "golden" ? `golden set ${name}` : `the validation part of ${name}`;
  const boxes = pictures.flatMap((picture) => picture.boxes.filter(({ crowd }) => crowd !== true));
  if (boxes.length === 0) {
    throw cloudError("EVALUATION_EMPTY", `${what} has ${pictures.length} pictures and no box`);
  }
  if (boxes.some(({ className }) => classNames.includes(className))) return;
  const named = unknownClasses.slice(0, 5).join(", ");
  const why = `${what} shows only classes that the model does not know: ${named}`;
  throw cloudError("EVALUATION_WRONG_CLASSES", why);
}

/** Classes of which there is a thing; what stands for many at once does not count. */
function classesOf(pictures: readonly DatasetPicture[]): Set<string> {
  return new Set(
    pictures.flatMap(({ boxes }) =>
      boxes.flatMap(({ className, crowd }) => (crowd === true ? [] : className)),
    ),
  );
}

function camerasOf(pictures: readonly DatasetPicture[]): Set<string> {
  return new Set(pictures.map(({ nodeId, cameraId }) => `${nodeId}/${cameraId}`));
}
