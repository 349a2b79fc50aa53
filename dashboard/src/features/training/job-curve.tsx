import { useMemo, useState } from "react";
import { LinePlot, LineSample } from "../../ui/line-plot.tsx";
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
  const [pointed, setPointed] = useState<number | null>(null);
  const data = useMemo(() => curveData(curve), [curve]);
  return (
    <>
      <LinePlot
        options={curveOptions}
        data={data}
        height={HEIGHT}
        label={summary(curve)}
        onPoint={setPointed}
      />
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
          <LineSample colour={colour} dash={dash} />
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
