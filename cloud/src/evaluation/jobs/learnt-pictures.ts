import type { Sql, Statement } from "../../database/postgres.ts";
import { refusePictures } from "../../dataset/dataset-faults.ts";
import { findLookalikes } from "../../dataset/near-duplicates.ts";

/** A picture that a model may be judged on, and how it looks. */
export interface HashedPicture {
  picture: string;
  /** Perceptual hash; empty where it is not known. */
  phash: string;
}

/** Pictures that a model, or one that it comes from, has learnt from. */
const LEARNT: Statement = {
  name: "pictures-learnt-from",
  text: `with recursive line as (
      select digest, base_digest, dataset_id from model_versions where digest = any($1)
      union select b.digest, b.base_digest, b.dataset_id
        from model_versions b join line l on b.digest = l.base_digest)
    select distinct p.picture, coalesce(f.phash, '') as phash
    from dataset_pictures p join line l on l.dataset_id = p.dataset_id
      left join picture_facts f on f.picture = p.picture
    where p.split = 'train' order by 1`,
};

const HASH = /^[0-9a-f]{16}$/;

/** Those of these pictures that these models have learnt from, or that look like one that they have. */
export async function findLearnt(
  sql: Sql,
  digests: readonly string[],
  pictures: readonly HashedPicture[],
): Promise<string[]> {
  const learnt = await sql.query<HashedPicture>(LEARNT, [digests]);
  const names = new Set(learnt.map(({ picture }) => picture));
  const hashed = pictures.filter(({ picture, phash }) => !names.has(picture) && HASH.test(phash));
  const alike = await findLookalikes(
    hashed.map(({ phash }) => phash),
    learnt.flatMap(({ phash }) => (HASH.test(phash) ? [phash] : [])),
  );
  const lookalikes = new Set(
    hashed.flatMap(({ picture }, index) => (alike[index] === null ? [] : [picture])),
  );
  return pictures.flatMap(({ picture }) =>
    names.has(picture) || lookalikes.has(picture) ? [picture] : [],
  );
}

/** @throws CodedError EVALUATION_TRAINED_ON where there are such pictures. */
export function refuseLearnt(pictures: readonly string[]): void {
  const why = "were learnt from by the models that are to be judged, or look like one that was";
  refusePictures("EVALUATION_TRAINED_ON", pictures, why);
}
