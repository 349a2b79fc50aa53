import { useEffect, useRef, useState } from "react";
import type { EventItem } from "../../connection/api.ts";
import { formatScore } from "../../format/amount.ts";
import { paintBoxes } from "../../picture/paint-boxes.ts";
import { boxWithinCrop, letterbox } from "../../picture/rectangle.ts";
import { useSize } from "../../ui/use-size.ts";

/** Small crops are enlarged so far and no further: what is not in the picture cannot be shown. */
const MAX_SCALE = 5;

interface SnapshotCanvasProps {
  event: EventItem;
  snapshot: NonNullable<EventItem["snapshot"]>;
  onError: () => void;
}

/** The snapshot with the object's box, as large as its place allows. */
export function SnapshotCanvas({ event, snapshot, onError }: SnapshotCanvasProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const [image, setImage] = useState<HTMLImageElement | null>(null);

  useEffect(() => {
    let current = true;
    const loading = new Image();
    loading.onload = () => {
      if (current) setImage(loading);
    };
    loading.onerror = () => {
      if (current) onError();
    };
    loading.src = snapshot.url;
    return () => {
      current = false;
    };
  }, [snapshot.url, onError]);

  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || !context || image === null || size === null) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current.width = Math.max(1, Math.round(size.width * ratio));
    canvas.current.height = Math.max(1, Math.round(size.height * ratio));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const picture = { width: image.naturalWidth, height: image.naturalHeight };
    const fitted = letterbox(picture, size);
    const limit = Math.min(1, (MAX_SCALE * picture.width) / fitted.width);
    const place = {
      x: fitted.x + (fitted.width * (1 - limit)) / 2,
      y: fitted.y + (fitted.height * (1 - limit)) / 2,
      width: fitted.width * limit,
      height: fitted.height * limit,
    };
    context.imageSmoothingQuality = "high";
    context.drawImage(image, place.x, place.y, place.width, place.height);
    const { classId, className, score } = event;
    const box = boxWithinCrop(event.box, snapshot.crop);
    paintBoxes(context, [{ classId, className, score, box }], place, null);
  }, [image, size, event, snapshot.crop]);

  return (
    <div ref={frame} className="absolute inset-0">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Snapshot: ${event.className} ${formatScore(event.score)} at ${event.cameraName}`}
        className="size-full"
      />
    </div>
  );
}
