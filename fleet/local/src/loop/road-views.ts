import type { Box } from "@sentinel/protocol/box";

/** One camera of a made-up site: the same footage, as a camera elsewhere would see it. */
export interface RoadView {
  cameraId: string;
  /** ffmpeg's filter that makes this view of a frame. */
  filter: string;
  /** Where a box of the frame lies in the view, in fractions; null where too little of it is in view. */
  place(box: Box): Box | null;
}

/** Of a box so much must be in view: less is not a thing to be found. */
const LEAST_IN_VIEW = 0.6;

interface ViewPlan {
  /** The part of the frame that is seen, in fractions. */
  part: Box;
  isMirrored?: boolean;
  /** ffmpeg's filter that changes the light. */
  light?: string;
}

const WHOLE: Box = [0, 0, 1, 1];
const PLANS: readonly ViewPlan[] = [
  { part: WHOLE },
  { part: WHOLE, isMirrored: true },
  { part: [0, 0.1, 0.8, 0.8] },
  { part: [0.2, 0.15, 0.8, 0.8], isMirrored: true },
  { part: [0.1, 0.2, 0.7, 0.7], light: "eq=brightness=-0.2:contrast=0.8" },
  { part: [0.3, 0.25, 0.7, 0.7], light: "eq=brightness=0.1:contrast=1.2" },
  { part: [0, 0.3, 0.65, 0.65], isMirrored: true, light: "eq=gamma=0.7" },
  { part: [0.35, 0.3, 0.65, 0.65] },
  { part: [0.15, 0, 0.75, 0.9], light: "eq=gamma=1.4" },
  { part: [0.05, 0.4, 0.6, 0.6] },
  { part: [0.4, 0.4, 0.6, 0.6], isMirrored: true },
  { part: [0.25, 0.05, 0.6, 0.75], isMirrored: true, light: "eq=brightness=-0.15" },
];

/** Views of one road; no two show the same part in the same light. */
export const ROAD_VIEWS: readonly RoadView[] = PLANS.map((plan, index) => ({
  cameraId: `road-${index + 1}`,
  filter: filterOf(plan),
  place: (box) => placeIn(plan, box),
}));

function filterOf({ part: [x, y, w, h], isMirrored, light }: ViewPlan): string {
  const even = (share: number, side: string) => `trunc(${side}*${share}/2)*2`;
  return [
    `crop=${even(w, "iw")}:${even(h, "ih")}:iw*${x}:ih*${y}`,
    "scale=768:432:flags=bicubic",
    ...(isMirrored === true ? ["hflip"] : []),
    ...(light === undefined ? [] : [light]),
  ].join(",");
}

function placeIn({ part: [px, py, pw, ph], isMirrored }: ViewPlan, box: Box): Box | null {
  const [x, y, w, h] = box;
  const left = Math.max(x, px);
  const top = Math.max(y, py);
  const width = Math.min(x + w, px + pw) - left;
  const height = Math.min(y + h, py + ph) - top;
  if (width <= 0 || height <= 0 || width * height < LEAST_IN_VIEW * w * h) return null;
  const inView = (left - px) / pw;
  return [
    isMirrored === true ? 1 - inView - width / pw : inView,
    (top - py) / ph,
    width / pw,
    height / ph,
  ];
}
