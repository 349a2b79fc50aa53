import type { Detection } from "@sentinel/protocol/detection";

/** What is on a tile's screen now. */
export interface ShownFrame {
  frameNumber: number;
  capturedAt: number;
  detections: readonly Detection[];
  /** Pictures a second over the last few, by their capture times; null before the second. */
  fps: number | null;
}

/** How many of each class a frame holds, the most frequent first. */
export function countClasses(
  detections: readonly Detection[],
): { className: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { className } of detections) counts.set(className, (counts.get(className) ?? 0) + 1);
  return [...counts]
    .map(([className, count]) => ({ className, count }))
    .sort((a, b) => b.count - a.count || a.className.localeCompare(b.className));
}

/** The detections of a frame in one line, for tests and assistive tools: `person:0.83,car:0.61`. */
export function describeDetections(detections: readonly Detection[]): string {
  return detections.map(({ className, score }) => `${className}:${score.toFixed(2)}`).join(",");
}

/** Pictures a second from capture times in order, ms; null where there are fewer than two. */
export function rateOf(capturedAts: readonly number[]): number | null {
  const first = capturedAts[0];
  const last = capturedAts.at(-1);
  if (first === undefined || last === undefined || last <= first) return null;
  return ((capturedAts.length - 1) * 1000) / (last - first);
}
