import { CodedError } from "@sentinel/protocol/coded-error";
import { TRPCError } from "@trpc/server";
import type { Statement } from "../database/postgres.ts";
import { storableJson } from "../database/storable-json.ts";
import { cloudError } from "../errors.ts";
import {
  evaluateModel,
  type JudgedModel,
  type ModelFigures,
} from "../evaluation/evaluate-model.ts";
import { audit } from "../people/audit.ts";
import type { Person } from "../people/person.ts";
import { readSnapshot } from "../snapshots/read-snapshot.ts";
import type { TrainingPicture } from "../training/engine.ts";
import { layOutPicture } from "../training/pictures/load-picture.ts";
import { judgeGate, unmeasurable } from "./gate.ts";
import { findModel, type ModelRow } from "./model-row.ts";
import { readModelFile } from "./read-model-file.ts";
import type { RegistryParts } from "./registry-parts.ts";

interface GoldenRow {
  picture: string;
  nodeId: string;
  cameraId: string;
  capturedAt: number;
  width: number;
  height: number;
  crop: [number, number, number, number];
  boxes: { className: string; box: [number, number, number, number] }[];
}

const GOLDEN: Statement = {
  name: "golden-pictures-for-evaluation",
  text: `select g.picture, a.node_id as "nodeId", a.camera_id as "cameraId",
      a.captured_at as "capturedAt", a.width, a.height, a.crop, a.boxes
    from golden_pictures g join annotations a on a.annotation_id = g.annotation_id
    where g.golden_id = $1 order by g.picture`,
};
/** Also of what the base was trained on, and its base. */
const TRAINED_ON: Statement = {
  name: "pictures-trained-on",
  text: `with recursive line as (
      select digest, base_digest, dataset_id from model_versions where digest = $1
      union select b.digest, b.base_digest, b.dataset_id
        from model_versions b join line l on b.digest = l.base_digest)
    select distinct p.picture from dataset_pictures p join line l on l.dataset_id = p.dataset_id
    where p.split <> 'golden' and p.picture = any($2) order by 1`,
};
const INSERT: Statement = {
  name: "insert-evaluation",
  text: `insert into evaluations (evaluation_id, digest, against, golden_id, figures, at)
    values ($1, $2, $3, $4, $5, $6)`,
};
const SET_GATE: Statement = {
  name: "set-gate",
  text: "update model_versions set gate = $2 where digest = $1 and state = 'candidate'",
};
const TELL: Statement = {
  name: "tell-evaluation",
  text: "select pg_notify('sentinel_changes', 'models')",
};

const MILLION = 1_000_000;

/**
 * Compares a candidate with its base on a golden set, and asks the gate. A model that cannot be
 * measured fails the gate, with the reason.
 * @throws TRPCError NOT_FOUND; CodedError EVALUATION_TRAINED_ON, EVALUATION_EMPTY, MODEL_FILE_GONE.
 */
export async function evaluateCandidate(
  parts: RegistryParts,
  { digest, goldenId }: { digest: string; goldenId: string },
  person: Person,
): Promise<{ evaluationId: string; figures: ModelFigures | null; verdict: string }> {
  const { database } = parts;
  const model = await findModel(database, digest);
  const base = model?.baseDigest == null ? null : await findModel(database, model.baseDigest);
  if (model === null || base === null) {
    const message = `The registry has no candidate ${digest} with a base to compare it with.`;
    throw new TRPCError({ code: "NOT_FOUND", message });
  }
  const golden = await database.query<GoldenRow>(GOLDEN, [goldenId]);
  if (golden.length === 0) {
    throw cloudError("EVALUATION_EMPTY", `golden set ${goldenId} has no pictures`);
  }
  await refuseTrained(parts, digest, golden);
  const pictures = await layOut(parts, golden, model.classNames);
  const evaluationId = crypto.randomUUID();
  const measured = await measure(parts, base, model, pictures);
  const at = Date.now();
  const report =
    typeof measured === "string"
      ? unmeasurable(measured, parts.gate)
      : judgeGate(measured, parts.gate);
  const figures = typeof measured === "string" ? null : measured;
  await database.transaction(async (sql) => {
    const stored = storableJson(figures ?? { fault: measured });
    await sql.query(INSERT, [evaluationId, digest, base.digest, goldenId, stored, at]);
    await sql.query(SET_GATE, [digest, storableJson({ ...report, evaluationId, at })]);
    const after = { goldenId, evaluationId, verdict: report.verdict };
    const { gate } = model;
    const before = gate === null ? null : { verdict: gate.verdict };
    await audit(sql, { actor: person, action: "model.evaluate", subject: digest, before, after });
    await sql.query(TELL, []);
  });
  return { evaluationId, figures, verdict: report.verdict };
}

/** The figures, or why the candidate cannot be measured. */
async function measure(
  { models }: RegistryParts,
  base: ModelRow,
  model: ModelRow,
  pictures: readonly TrainingPicture[],
): Promise<ModelFigures | string> {
  const before = judged(base, await readModelFile(models, base.digest));
  const after = judged(model, await readModelFile(models, model.digest));
  try {
    return await evaluateModel(before, after, pictures);
  } catch (error) {
    if (error instanceof CodedError && error.code === "TRAINING_BASE_UNUSABLE")
      return error.message;
    throw error;
  }
}

function judged({ layout, inputSize, classNames }: ModelRow, file: Uint8Array): JudgedModel {
  return { file, layout, inputSize, classNames };
}

async function refuseTrained(
  { database }: RegistryParts,
  digest: string,
  golden: readonly GoldenRow[],
): Promise<void> {
  const pictures = golden.map(({ picture }) => picture);
  const trained = await database.query<{ picture: string }>(TRAINED_ON, [digest, pictures]);
  if (trained.length === 0) return;
  const named = trained.slice(0, 5).map(({ picture }) => picture);
  const message = `${trained.length} of the pictures were trained on: ${named.join(", ")}`;
  throw cloudError("EVALUATION_TRAINED_ON", message);
}

async function layOut(
  { pictures }: RegistryParts,
  golden: readonly GoldenRow[],
  classNames: readonly string[],
): Promise<TrainingPicture[]> {
  const laidOut: TrainingPicture[] = [];
  for (const row of golden) {
    const read = await readSnapshot(pictures, row.nodeId, row.picture);
    if (read.verdict !== "genuine") {
      throw cloudError("EVALUATION_EMPTY", `picture ${row.picture} is gone from the store`);
    }
    const ppm = (box: readonly number[]) =>
      box.map((value) => Math.round(value * MILLION)) as [number, number, number, number];
    const known = row.boxes.filter(({ className }) => classNames.includes(className));
    const picture = {
      picture: row.picture,
      nodeId: row.nodeId,
      cameraId: row.cameraId,
      capturedAt: row.capturedAt,
      width: row.width,
      height: row.height,
      crop: ppm(row.crop),
      frameWidth: Math.max(1, Math.round(row.width / row.crop[2])),
      frameHeight: Math.max(1, Math.round(row.height / row.crop[3])),
      split: "golden" as const,
      boxes: known.map(({ className, box }) => ({ className, box: ppm(box) })),
    };
    laidOut.push(await layOutPicture(read.picture, picture, classNames));
  }
  return laidOut;
}
