import { type PointerEvent, useState } from "react";
import { formatMoment } from "../../format/moment.ts";
import type { DensityWindow } from "./use-density.ts";

/** A shorter drag is a slip of the hand, or a click. */
const MIN_SHARE = 0.01;

interface DensityBrushProps {
  window: DensityWindow;
  buckets: number;
  /** The bucket under the pointer, null when it left. */
  onHover: (bucket: number | null) => void;
  onWindow: (window: DensityWindow) => void;
}

function shareAt(event: PointerEvent<HTMLElement>): number {
  const bounds = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - bounds.left) / bounds.width));
}

/** Lies over the strip: shows the time under the pointer, and takes a drag as a stretch of time. The
 * time filter does the same by keyboard. */
export function DensityBrush({ window, buckets, onHover, onWindow }: DensityBrushProps) {
  const [start, setStart] = useState<number | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const timeAt = (share: number) => Math.round(window.from + share * (window.to - window.from));
  const [low, high] = [Math.min(start ?? 0, at ?? 0), Math.max(start ?? 0, at ?? 0)];

  const move = (event: PointerEvent<HTMLElement>) => {
    const share = shareAt(event);
    setAt(share);
    onHover(Math.min(buckets - 1, Math.floor(share * buckets)));
  };
  const finish = () => {
    if (start !== null && high - low > MIN_SHARE) onWindow({ from: timeAt(low), to: timeAt(high) });
    setStart(null);
  };
  return (
    <div
      className="absolute inset-0 cursor-crosshair touch-pan-y"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setStart(shareAt(event));
        move(event);
      }}
      onPointerMove={move}
      onPointerUp={finish}
      onPointerCancel={() => setStart(null)}
      onPointerLeave={() => {
        if (start !== null) return;
        setAt(null);
        onHover(null);
      }}
    >
      {start === null || at === null ? null : (
        <span
          className="absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{ left: `${low * 100}%`, width: `${(high - low) * 100}%` }}
        />
      )}
      {at === null ? null : (
        <span
          className="pointer-events-none absolute inset-y-0 w-px bg-line-strong"
          style={{ left: `${at * 100}%` }}
        >
          <span
            className="absolute top-0 rounded-sm border bg-raised px-1.5 text-2xs whitespace-nowrap"
            style={at > 0.5 ? { right: 6 } : { left: 6 }}
          >
            {start === null
              ? formatMoment(timeAt(at), window.to)
              : `${formatMoment(timeAt(low), window.to)} to ${formatMoment(timeAt(high), window.to)}`}
          </span>
        </span>
      )}
    </div>
  );
}
