import { useLayoutEffect, useRef } from "react";
import type { TriageItem } from "../../connection/api.ts";
import { paintBoxes } from "../../picture/paint-boxes.ts";
import { letterbox, placeBox, type Rectangle } from "../../picture/rectangle.ts";
import { useSize } from "../../ui/use-size.ts";

/** What moved and was not detected has no class, and so no class's colour. */
const MOVED = "#f8fafc";

/** The picture as large as there is room, with the box that is asked about. */
export function QuestionPicture({ item, bitmap }: { item: TriageItem; bitmap: ImageBitmap }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  // Before the browser paints: the words and the picture change in the same frame.
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || !context || size === null) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current.width = Math.max(1, Math.round(size.width * ratio));
    canvas.current.height = Math.max(1, Math.round(size.height * ratio));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingQuality = "high";
    const place = letterbox(bitmap, size);
    context.drawImage(bitmap, place.x, place.y, place.width, place.height);
    paintQuestion(context, item, place);
  }, [item, bitmap, size]);
  return (
    <div ref={frame} className="absolute inset-0">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Picture of ${item.cameraName}`}
        data-picture={item.picture}
        className="size-full"
      />
    </div>
  );
}

function paintQuestion(
  context: CanvasRenderingContext2D,
  { box, className, classId, score }: TriageItem,
  place: Rectangle,
): void {
  if (box === null) return;
  if (className !== null) {
    const detection = { classId: classId ?? 0, className, score: score ?? 0, box };
    paintBoxes(context, [detection], place, null);
    return;
  }
  const { x, y, width, height } = placeBox(box, place);
  context.strokeStyle = MOVED;
  context.lineWidth = 2;
  context.setLineDash([6, 5]);
  context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), Math.max(1, height - 2));
  context.setLineDash([]);
}
