import { type Box, intersectionOverUnion } from "@sentinel/protocol/box";
import type { Sql, Statement } from "../../database/postgres.ts";
import { boxInFrame } from "../picture-box.ts";
import { lastSeen, previewOf, type RulePreview } from "./rule-preview.ts";
import { hidingRule, type RulePlace } from "./rule-store.ts";

/** So many rejects of the same place make an offer. */
export const REJECTS_FOR_OFFER = 3;

/** Boxes that overlap by this IoU are of the same place. */
const SAME_PLACE = 0.3;
/** Rejects that are older say little about how the camera looks now. */
const RECENT_MS = 7 * 86_400_000;
/** A mask reaches so far beyond the rejects, as a share of its size: their boxes never lie quite still. */
const MARGIN = 0.1;
/** A threshold above this would hide what the model is sure of. */
const MOST = 0.95;

/** What would spare people the questions that they keep rejecting. */
export interface RuleOffer extends RulePlace {
  cameraName: string;
  /** Rejects of this place. */
  rejects: number;
  mask: { box: Box; preview: RulePreview };
  /** Null where nothing was scored, or only a threshold that hides nearly all would help. */
  threshold: { minScore: number; preview: RulePreview } | null;
}

interface ItemPlace extends RulePlace {
  cameraName: string;
  box: Box | null;
  crop: Box;
  score: number | null;
}

const ITEM: Statement = {
  name: "triage-offer-item",
  text: `select i.node_id as "nodeId", i.camera_id as "cameraId", i.class_name as "className",
      coalesce(c.name, i.camera_id) as "cameraName", i.box, i.crop, i.score
    from triage_items i
    left join cameras c on c.node_id = i.node_id and c.camera_id = i.camera_id
    where i.item_id = $1`,
};
const REJECTS: Statement = {
  name: "triage-offer-rejects",
  text: `select i.box, i.crop, i.score
    from annotations a join triage_items i on i.item_id = a.item_id
    where a.verdict = 'reject' and a.superseded_at is null and a.at > $4
      and i.node_id = $1 and i.camera_id = $2 and i.class_name is not distinct from $3
      and i.box is not null
    order by a.at desc limit 500`,
};

/**
 * What could be offered after an item was rejected: a mask over the place, or a threshold above the
 * scores there; null where the place was rejected too seldom, or a rule keeps it out already.
 */
export async function offerAfter(sql: Sql, itemId: string): Promise<RuleOffer | null> {
  const [item] = await sql.query<ItemPlace>(ITEM, [itemId]);
  if (item === undefined || item.box === null) return null;
  const { nodeId, cameraId, className, cameraName } = item;
  const place = { nodeId, cameraId, className };
  const box = boxInFrame(item.box, item.crop);
  if ((await hidingRule(sql, place, { box, score: item.score })) !== null) return null;
  const values = [nodeId, cameraId, className, Date.now() - RECENT_MS];
  const rejects = (await sql.query<{ box: Box; crop: Box; score: number | null }>(REJECTS, values))
    .map((reject) => ({ box: boxInFrame(reject.box, reject.crop), score: reject.score }))
    .filter((reject) => intersectionOverUnion(reject.box, box) >= SAME_PLACE);
  if (rejects.length < REJECTS_FOR_OFFER) return null;
  const seen = await lastSeen(sql, place);
  const mask = maskOver(rejects.map((reject) => reject.box));
  const minScore = thresholdAbove(rejects.map(({ score }) => score));
  return {
    ...place,
    cameraName,
    rejects: rejects.length,
    mask: { box: mask, preview: previewOf({ kind: "mask", box: mask }, seen) },
    threshold:
      minScore === null
        ? null
        : { minScore, preview: previewOf({ kind: "threshold", minScore }, seen) },
  };
}

/** The rectangle around boxes with a margin, within the frame. */
export function maskOver(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map(([x]) => x));
  const top = Math.min(...boxes.map(([, y]) => y));
  const right = Math.max(...boxes.map(([x, , w]) => x + w));
  const bottom = Math.max(...boxes.map(([, y, , h]) => y + h));
  const across = (right - left) * MARGIN;
  const down = (bottom - top) * MARGIN;
  const from = [Math.max(0, left - across), Math.max(0, top - down)] as const;
  const to = [Math.min(1, right + across), Math.min(1, bottom + down)] as const;
  return [from[0], from[1], to[0] - from[0], to[1] - from[1]];
}

/** The lowest threshold of whole hundredths that hides all of these scores. */
export function thresholdAbove(scores: readonly (number | null)[]): number | null {
  const known = scores.filter((score) => score !== null);
  if (known.length < scores.length || known.length === 0) return null;
  const above = (Math.floor(Math.max(...known) * 100 + 1e-9) + 1) / 100;
  return above > MOST ? null : above;
}
