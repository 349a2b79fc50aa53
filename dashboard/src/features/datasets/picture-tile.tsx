import { ImageOff } from "lucide-react";
import { useState } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { classColour } from "../../picture/class-colour.ts";
import { SplitName } from "./split-bar.tsx";
import type { DatasetPicture } from "./use-datasets.ts";

/** A picture of a version with its boxes, and where it comes from. */
export function PictureTile({ picture }: { picture: DatasetPicture }) {
  const [failed, setFailed] = useState(false);
  const said = wordsOf(picture);
  return (
    <figure className="min-w-0">
      <div className="relative aspect-4/3 overflow-hidden rounded-sm bg-letterbox">
        {failed ? (
          <span className="flex size-full flex-col items-center justify-center gap-1 text-2xs text-dim scheme-dark">
            <ImageOff aria-hidden="true" className="size-4" />
            not in the store
          </span>
        ) : (
          <>
            <img
              src={`/api/snapshots/${picture.picture}.jpg`}
              alt={said}
              loading="lazy"
              decoding="async"
              onError={() => setFailed(true)}
              className="size-full object-contain"
            />
            <Boxes picture={picture} />
          </>
        )}
      </div>
      <figcaption className="mt-1 text-xs">
        <span className="flex gap-2">
          <span className="truncate" title={said}>
            {said}
          </span>
          <span className="ml-auto shrink-0 text-dim">
            <SplitName split={picture.split} />
          </span>
        </span>
        <span className="flex gap-2 text-faint">
          <span className="truncate" title={`${picture.nodeId}/${picture.cameraId}`}>
            {picture.cameraId}
          </span>
          <span className="ml-auto shrink-0">
            {picture.capturedAt === 0 ? "imported" : <AgeText at={picture.capturedAt} />}
          </span>
        </span>
      </figcaption>
    </figure>
  );
}

/** Lines of 2 px at any size of the picture; a dark edge lets them be seen on any picture. */
function Boxes({ picture }: { picture: DatasetPicture }) {
  const { width, height, boxes } = picture;
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${width} ${height}`}
      className="absolute inset-0 size-full"
      fill="none"
    >
      {boxes.map(({ className, box, crowd }) => {
        const [x, y, w, h] = box;
        const place = { x: x * width, y: y * height, width: w * width, height: h * height };
        return (
          <g key={`${className} ${box.join(" ")}`}>
            <rect
              {...place}
              stroke="rgba(5, 8, 15, 0.55)"
              strokeWidth="4"
              vectorEffect="non-scaling-stroke"
            />
            <rect
              {...place}
              stroke={classColour(className).picture}
              strokeWidth="2"
              strokeDasharray={crowd ? "4 3" : undefined}
              vectorEffect="non-scaling-stroke"
            />
          </g>
        );
      })}
    </svg>
  );
}

/** `2 person, 1 car`, or that nothing is there. */
function wordsOf({ boxes }: DatasetPicture): string {
  const counts = new Map<string, number>();
  for (const { className } of boxes) counts.set(className, (counts.get(className) ?? 0) + 1);
  if (counts.size === 0) return "Nothing is there";
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
