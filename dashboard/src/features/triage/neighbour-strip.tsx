import { clsx } from "clsx";
import type { TriageItem } from "../../connection/api.ts";
import { formatSpan } from "../../format/age.ts";

const TITLES = {
  own: "The picture of the question",
  track: "The same object",
  camera: "Another object that the same camera saw",
} as const;

/** What was seen just before and after, around the picture itself: it often decides. */
export function NeighbourStrip({ item }: { item: TriageItem }) {
  const { before, after } = item.neighbours;
  const own = { picture: item.picture, capturedAt: item.capturedAt, of: "own" as const };
  return (
    <ol aria-label="Just before and after" className="flex h-full items-stretch gap-2">
      {[...before, own, ...after].map(({ picture, capturedAt, of }) => (
        <li key={picture} className="flex w-28 shrink-0 flex-col gap-0.5">
          <img
            src={`/api/snapshots/${picture}.jpg`}
            alt=""
            className={clsx(
              "h-16 w-28 rounded-sm bg-letterbox object-contain",
              of === "own" && "outline-2 outline-accent",
            )}
          />
          <span className="truncate text-2xs text-faint" title={TITLES[of]}>
            {of === "own"
              ? "this picture"
              : `${of === "camera" ? "other, " : ""}${words(capturedAt - item.capturedAt)}`}
          </span>
        </li>
      ))}
      {before.length + after.length === 0 ? (
        <li className="self-center text-xs text-faint">
          The camera has no other picture of these ten minutes.
        </li>
      ) : null}
    </ol>
  );
}

function words(offsetMs: number): string {
  return `${formatSpan(Math.abs(offsetMs))} ${offsetMs < 0 ? "before" : "after"}`;
}
