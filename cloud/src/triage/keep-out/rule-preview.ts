import type { Box } from "@sentinel/protocol/box";
import type { Sql, Statement } from "../../database/postgres.ts";
import { hides, type RuleShape } from "./rule-match.ts";
import type { RulePlace } from "./rule-store.ts";

/** A rule is tried on so many of the newest events of its camera and class. */
export const PREVIEWED = 200;

/** One stored event as a rule would have dealt with it. */
export interface PreviewMark {
  /** In fractions of the frame. */
  box: Box;
  score: number | null;
  hidden: boolean;
  /** What people said of it, where they did. */
  answer: "accepted" | "rejected" | null;
}

/** What a rule would have done: "would have hidden 41 of the last 200, 2 of them accepted". */
export interface RulePreview {
  of: number;
  hidden: number;
  /** Of the hidden: those in which people said that something is there. */
  hiddenAccepted: number;
  hiddenRejected: number;
  marks: PreviewMark[];
}

const ANSWER = `(select case when a.boxes <> '[]' then 'accepted'
      when a.verdict = 'reject' then 'rejected' end
    from triage_items i join annotations a on a.item_id = i.item_id and a.superseded_at is null
    where i.event_id = e.event_id and a.verdict <> 'duplicate' limit 1) as answer`;

const LAST_EVENTS: Statement = {
  name: "triage-preview-events",
  text: `select e.box, e.score, ${ANSWER} from events e
    where e.node_id = $1 and e.camera_id = $2 and e.class_name = $3
    order by e.started_at desc, e.event_id desc limit ${PREVIEWED}`,
};
const LAST_MOTION: Statement = {
  name: "triage-preview-motion",
  text: `select e.box, null::float8 as score, ${ANSWER} from motion_sightings e
    where e.node_id = $1 and e.camera_id = $2 order by e.committed_at desc limit ${PREVIEWED}`,
};

/** The newest stored events of a place, or sightings of motion, and what people said of them. */
export function lastSeen(
  sql: Sql,
  { nodeId, cameraId, className }: RulePlace,
): Promise<Omit<PreviewMark, "hidden">[]> {
  return className === null
    ? sql.query(LAST_MOTION, [nodeId, cameraId])
    : sql.query(LAST_EVENTS, [nodeId, cameraId, className]);
}

/** What a rule would have hidden of these. */
export function previewOf(
  shape: RuleShape,
  seen: readonly Omit<PreviewMark, "hidden">[],
): RulePreview {
  const marks = seen.map((one) => ({ ...one, hidden: hides(shape, one) }));
  const hidden = marks.filter((mark) => mark.hidden);
  const count = (answer: PreviewMark["answer"]) =>
    hidden.filter((mark) => mark.answer === answer).length;
  return {
    of: marks.length,
    hidden: hidden.length,
    hiddenAccepted: count("accepted"),
    hiddenRejected: count("rejected"),
    marks,
  };
}
