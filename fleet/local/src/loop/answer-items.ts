import { randomUUID } from "node:crypto";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import type { LoopSite } from "./loop-site.ts";

type Item = Awaited<ReturnType<LoopSite["api"]["triage"]["next"]["mutate"]>>["items"][number];

const ROAD_CLASS = COCO_CLASS_NAMES.indexOf("car");
/** In the hall there are people; what else is found there is not there. */
const HALL_CLASS = "person";
const AT_ONCE = 10;

/** What a person who looks at the footage would say; null where nothing of it should be learnt. */
function truthOf({ cameraId, classId, className, box }: Item) {
  if (box === null || className === null) return null;
  if (cameraId.startsWith("road-")) {
    const verdict = classId === ROAD_CLASS ? ("accept" as const) : ("class" as const);
    return { verdict, boxes: [{ classId: ROAD_CLASS, box }] };
  }
  return className === HALL_CLASS ? null : { verdict: "reject" as const };
}

/**
 * Answers questions, class by class, until the loop has `count` new annotations: of two answers for one
 * picture only the newer counts. @returns when the last answer was given.
 */
export async function answerItems(
  site: LoopSite,
  count: number,
  withinMs: number,
  onAnswer: (annotations: number) => void,
): Promise<number> {
  const { api } = site;
  const given = { at: 0, rejected: 0 };
  return await site.until(`${count} answers`, withinMs, async () => {
    const loop = await api.training.loop.query();
    // Enough: it begins, or has begun already.
    if (loop.annotations >= count || loop.lastDatasetId !== null) return given.at;
    onAnswer(loop.annotations);
    const wanted = count - loop.annotations;
    await answerSome(site, wanted, given);
    return null;
  });
}

/** Answers at most `wanted` of the questions that are open. */
async function answerSome(
  { api }: LoopSite,
  wanted: number,
  given: { at: number; rejected: number },
): Promise<void> {
  const { classes } = await api.triage.summary.query();
  let left = wanted;
  for (const { className } of classes) {
    const { items } = await api.triage.next.mutate({ className, count: AT_ONCE });
    for (const item of items) {
      const answer = truthOf(item);
      // The last answer waits for one that shows where nothing is: of one class alone nothing is learnt.
      const isTooEarly = left === 1 && given.rejected === 0 && answer?.verdict !== "reject";
      if (answer === null || isTooEarly || left === 0) continue;
      await api.triage.answer.mutate({
        annotationId: randomUUID(),
        itemId: item.itemId,
        ...answer,
      });
      given.at = Date.now();
      left -= 1;
      if (answer.verdict === "reject") given.rejected += 1;
    }
    await api.triage.release.mutate({ itemIds: items.map(({ itemId }) => itemId) });
  }
}
