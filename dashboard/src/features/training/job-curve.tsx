import "uplot/dist/uPlot.min.css";
import { useEffect, useRef } from "react";
import UPlot from "uplot";
import { useIsDark } from "../../ui/theme.ts";
import { useSize } from "../../ui/use-size.ts";
import { curveData, curveOptions } from "./curve-options.ts";
import type { TrainingJob } from "./use-training.ts";

const HEIGHT = 260;

interface JobCurveProps {
  curve: TrainingJob["curve"];
  pending: boolean;
}

/** Losses and validation AP50 by epoch, as they come. */
export function JobCurve({ curve, pending }: JobCurveProps) {
  return (
    <div className="min-h-[284px] px-4 py-3">
      {curve.length === 0 ? (
        <p className="flex h-[260px] items-center justify-center rounded-md border border-dashed text-dim">
          {pending ? "The curve begins with the first epoch." : "It ended before the first epoch."}
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
  const newest = useRef(curve);
  newest.current = curve;

  // The colours are read from the page, so the plot is made anew with the theme.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above; width and curve follow below.
  useEffect(() => {
    const element = holder.current;
    if (element === null || width === null) return;
    const options = { ...curveOptions(element), width, height: HEIGHT };
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

  return <div ref={holder} role="img" aria-label={summary(curve)} className="text-dim" />;
}

function summary(curve: TrainingJob["curve"]): string {
  const last = curve.at(-1);
  return last === undefined
    ? "No epoch yet"
    : `After epoch ${last.epoch}: training loss ${last.trainLoss.toFixed(3)}, validation loss ${last.validationLoss.toFixed(3)}, validation AP50 ${last.validationAp50.toFixed(3)}`;
}
