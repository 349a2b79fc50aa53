import type { Box } from "@sentinel/protocol/box";
import type { RuleOffer } from "../../../connection/api.ts";

type Mark = RuleOffer["mask"]["preview"]["marks"][number];

const WIDTH = 160;
const HEIGHT = 90;

/** The camera's frame in small with what was seen there last: hidden, accepted, and a mask over it. */
export function PlaceMap({ marks, mask }: { marks: readonly Mark[]; mask: Box | null }) {
  const rectangle = ([x, y, w, h]: Box) => ({
    x: x * WIDTH,
    y: y * HEIGHT,
    width: w * WIDTH,
    height: h * HEIGHT,
  });
  // Accepted ones last, so that they are seen.
  const sorted = marks.toSorted((a, b) => Number(isAccepted(a)) - Number(isAccepted(b)));
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label="Where it lies in the camera's frame"
      className="w-full rounded-sm border bg-canvas"
    >
      {mask === null ? null : (
        <rect {...rectangle(mask)} className="fill-stale/20 stroke-stale" strokeWidth={1} />
      )}
      {sorted.map((mark, index) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: marks have no id and are drawn anew whole.
          key={index}
          {...rectangle(mark.box)}
          fill="none"
          strokeWidth={isAccepted(mark) ? 1.2 : 0.6}
          className={
            isAccepted(mark) ? "stroke-live" : mark.hidden ? "stroke-stale" : "stroke-faint/50"
          }
        />
      ))}
    </svg>
  );
}

function isAccepted({ answer }: Mark): boolean {
  return answer === "accepted";
}
