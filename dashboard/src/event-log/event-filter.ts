import { cameraKey, type EventItem, type EventQuery } from "../connection/api.ts";

/** Whether an event belongs to a narrowed log; the same rule as the cloud's, for events as they happen. */
export function matchesFilter(event: EventItem, filter: EventQuery): boolean {
  const { cameras, classes, models, from, to, minScore, maxScore, state } = filter;
  if (cameras?.length && !cameras.some((camera) => cameraKey(camera) === cameraKey(event)))
    return false;
  if (classes?.length && !classes.includes(event.className)) return false;
  if (models?.length && !models.includes(event.modelDigest)) return false;
  if (from !== undefined && event.startedAt < from) return false;
  if (to !== undefined && event.startedAt >= to) return false;
  if (minScore !== undefined && event.score < minScore) return false;
  if (maxScore !== undefined && event.score > maxScore) return false;
  return state === undefined || event.state === state;
}
