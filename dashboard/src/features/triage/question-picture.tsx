import type { TriageItem } from "../../connection/api.ts";
import { classColour } from "../../picture/class-colour.ts";

/** The picture as large as there is room, with the box that is asked about. */
export function QuestionPicture({ item }: { item: TriageItem }) {
  const { width, height, box, className } = item;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Picture of ${item.cameraName}`}
      className="size-full bg-letterbox"
    >
      <image href={`/snapshots/${item.picture}.jpg`} width={width} height={height} />
      {box === null ? null : (
        <rect
          x={box[0] * width}
          y={box[1] * height}
          width={box[2] * width}
          height={box[3] * height}
          fill="none"
          stroke={className === null ? "#fbbf24" : classColour(className).picture}
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}
