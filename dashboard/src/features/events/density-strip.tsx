import { clsx } from "clsx";
import { useState } from "react";
import type { EventQuery } from "../../connection/api.ts";
import { formatCount } from "../../format/amount.ts";
import { formatTick } from "../../format/moment.ts";
import { classColour } from "../../picture/class-colour.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { DensityBrush } from "./density-brush.tsx";
import { axisTicks, barPath } from "./density-window.ts";
import { type DensityWindow, useDensity } from "./use-density.ts";

/** Rows that always have their room, so that nothing moves when counts come. */
const ROWS = 4;
const ROW = "h-[18px]";

interface DensityStripProps {
  filter: EventQuery;
  spanMs: number;
  classes: readonly string[];
  onClass: (className: string) => void;
  onWindow: (window: DensityWindow) => void;
}

/** How many events there were, over time, one line a class: what one drags over becomes the time filter. */
export function DensityStrip({ filter, spanMs, classes, onClass, onWindow }: DensityStripProps) {
  const { window, density, failed } = useDensity(filter, spanMs);
  const [hovered, setHovered] = useState<number | null>(null);
  const lines = (density?.classes ?? [])
    .map(({ className, counts }) => ({
      className,
      counts,
      total: counts.reduce((a, b) => a + b, 0),
    }))
    .sort((a, b) => b.total - a.total);
  const shown = lines.slice(0, ROWS);
  const most = Math.max(1, ...shown.flatMap(({ counts }) => counts));
  const buckets = shown[0]?.counts.length ?? 1;
  const span = window.to - window.from;
  const share = (at: number) => `${((at - window.from) / span) * 100}%`;

  return (
    <section aria-label="Events over time" className="flex shrink-0 border-b py-2 pr-3">
      <ul className="w-28 shrink-0 pl-3 sm:w-36" style={{ height: ROWS * 18 }}>
        {shown.map(({ className, counts, total }) => (
          <li key={className} className={ROW}>
            <button
              type="button"
              aria-pressed={classes.includes(className)}
              onClick={() => onClass(className)}
              className={clsx(
                "flex w-full items-center justify-between gap-2 rounded-sm pr-2 text-xs hover:text-accent",
                classes.includes(className) && "font-medium text-accent",
              )}
              style={{ height: 18 }}
            >
              <ClassName name={className} />
              <span className="text-dim">
                {formatCount(hovered === null ? total : (counts[hovered] ?? 0))}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div className="relative min-w-0 flex-1">
        <div className="relative" style={{ height: ROWS * 18 }}>
          {Array.from({ length: ROWS }, (_, row) => shown[row]).map((line, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows are places, not things
            <div key={row} className={clsx(ROW, "border-b border-line/60")}>
              {line === undefined ? null : (
                <svg
                  aria-hidden="true"
                  viewBox={`0 0 ${buckets} 1`}
                  preserveAspectRatio="none"
                  className="size-full"
                >
                  <path
                    d={barPath(line.counts, most)}
                    style={{ fill: classColour(line.className).page }}
                  />
                </svg>
              )}
            </div>
          ))}
          {density !== undefined && shown.length === 0 ? (
            <p className="absolute inset-0 flex items-center justify-center text-xs text-dim">
              <span className="bg-canvas px-2">No events in this time</span>
            </p>
          ) : null}
          {failed ? (
            <p className="absolute inset-0 flex items-center justify-center text-xs text-dim">
              <span className="bg-canvas px-2">The counts could not be read</span>
            </p>
          ) : null}
          <DensityBrush
            window={window}
            buckets={buckets}
            onHover={setHovered}
            onWindow={onWindow}
          />
        </div>
        <div
          aria-hidden="true"
          className="-mr-3 -ml-5 mt-1 overflow-hidden pr-3 pl-5 text-2xs text-faint"
        >
          <div className="relative h-4">
            {axisTicks(window.from, window.to, 7).map((at) => (
              <span
                key={at}
                className="absolute -translate-x-1/2 whitespace-nowrap"
                style={{ left: share(at) }}
              >
                {formatTick(at, span)}
              </span>
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}
