import type { Detection } from "@sentinel/protocol/detection";

/** What was found in one picture. */
export interface PictureDetections {
  /** The file as it was named. */
  readonly file: string;
  /** The frame's number, of a clip. */
  readonly frame?: number;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly detections: readonly Detection[];
}

/** One JSON line: scores with five decimals, boxes with six. */
export function formatJsonLine(found: PictureDetections): string {
  const { file, frame, width, height } = found;
  const detections = found.detections.map(({ classId, score, box }) => ({
    classId,
    score: round(score, 5),
    box: box.map((value) => round(value, 6)),
  }));
  return JSON.stringify({
    file,
    ...(frame === undefined ? {} : { frame }),
    width,
    height,
    detections,
  });
}

/** A heading and one line per detection, boxes in pixels of the picture. */
export function formatReadable(found: PictureDetections): string {
  const { file, frame, width, height, detections } = found;
  const which = frame === undefined ? file : `${file} frame ${frame}`;
  const lines = detections.map(({ className, score, box }) => {
    const [x, y, w, h] = box;
    const place = `${Math.round(x * width)},${Math.round(y * height)}`;
    const size = `${Math.round(w * width)}x${Math.round(h * height)}`;
    return `  ${className.padEnd(15)} ${(score * 100).toFixed(0).padStart(3)} %  ${size} at ${place}`;
  });
  return [`${which} (${width}x${height})`, ...(lines.length > 0 ? lines : ["  nothing"])].join(
    "\n",
  );
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
