import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "react";
import UPlot from "uplot";
import { useIsDark } from "../../ui/theme.ts";
import { useSize } from "../../ui/use-size.ts";
import { curveData, curveOptions, LINES } from "./curve-options.ts";
import type { TrainingJob } from "./use-training.ts";

const HEIGHT = 260;

/** Losses and validation AP50 by epoch, as they come. */
export function JobCurve({ curve }: { curve: TrainingJob["curve"] }) {
  return (
    <div className="min-h-[308px] px-4 py-3">
      {curve.length === 0 ? (
        <p className="flex h-[284px] items-center justify-center rounded-md border border-dashed text-dim">
          The curve begins with the first epoch.
        </p>
      ) : (
        <Plot curve={curve} />
      )}
    </div>
  );
}

function Plot({ curve }: { curve: TrainingJob["curve"] }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const size = useSize(holder);
  const isDark = useIsDark();
  const width = size?.width ?? null;
  const [pointed, setPointed] = useState<number | null>(null);
  const newest = useRef(curve);
  newest.current = curve;

  // The colours are read from the page, so the plot is made anew with the theme.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above; width and curve follow below.
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === null) return;
    const options = {
      ...curveOptions(element),
      width,
      height: HEIGHT,
      hooks: { setCursor: [(made: UPlot) => setPointed(made.cursor.idx ?? null)] },
    };
    plot.current = new UPlot(options, curveData(newest.current), element);
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [isDark, width === null]);
  useEffect(() => {
    if (width !== null) plot.current?.setSize({ width, height: HEIGHT });
  }, [width]);
  useEffect(() => plot.current?.setData(curveData(curve)), [curve]);

  return (
    <>
      <div ref={holder} role="img" aria-label={summary(curve)} />
      <Legend point={curve[pointed ?? curve.length - 1] ?? curve.at(-1)} />
    </>
  );
}

/** What each line is, and its value at the epoch that is pointed at, or the last one. */
function Legend({ point }: { point: TrainingJob["curve"][number] | undefined }) {
  return (
    <ul className="mt-2 flex flex-wrap justify-center gap-x-6 text-xs text-dim">
      <li className="text-faint">Epoch {point?.epoch ?? "–"}</li>
      {LINES.map(({ key, name, colour, dash }) => (
        <li key={key} className="flex items-center gap-1.5">
          <svg viewBox="0 0 18 4" aria-hidden="true" className="h-1 w-[18px]">
            <path
              d="M0 2h18"
              strokeWidth="2.500"
              strokeDasharray={dash ? "6 4" : undefined}
              style={{ stroke: `var(${colour})` }}
            />
          </svg>
          {name}
          <span className="w-10 text-ink">{point?.[key].toFixed(3) ?? "–"}</span>
        </li>
      ))}
    </ul>
  );
}

function summary(curve: TrainingJob["curve"]): string {
  const last = curve.at(-1);
  return last === undefined
    ? "No epoch yet"
    : `After epoch ${last.epoch}: training loss ${last.trainLoss.toFixed(3)}, validation loss ${last.validationLoss.toFixed(3)}, validation AP50 ${last.validationAp50.toFixed(3)}`;
}
