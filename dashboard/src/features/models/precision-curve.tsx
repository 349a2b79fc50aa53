import { useId, useMemo, useState } from "react";
import type UPlot from "uplot";
import { axisLook, LinePlot, LineSample } from "../../ui/line-plot.tsx";
import { figureWords } from "./model-words.ts";
import type { Figures } from "./use-models.ts";

const HEIGHT = 300;
const RECALLS = Array.from({ length: 101 }, (_, point) => point / 100);
const LINES = [
  { side: "before", colour: "--faint", dash: true },
  { side: "after", colour: "--accent", dash: false },
] as const;
const EVERY = "";

/** How precision falls as recall grows, both models over each other; of all classes or of one. */
export function PrecisionCurve(props: {
  figures: Figures;
  names: { before: string; after: string };
}) {
  const { figures, names } = props;
  const id = useId();
  const [className, setClassName] = useState(EVERY);
  const [pointed, setPointed] = useState<number | null>(null);
  const one = figures.classes.find((known) => known.className === className);
  const curve = one?.curve ?? figures.curve;
  const data = useMemo(
    (): UPlot.AlignedData => [RECALLS, whole(curve.before), whole(curve.after)],
    [curve],
  );
  const { before, after } = one?.ap50 ?? figures.summary.AP50;
  const areas = { before, after };
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex items-center gap-2 text-xs">
        <label htmlFor={id} className="text-dim">
          Precision by recall at IoU 0.50 of
        </label>
        <select
          id={id}
          className="h-7 max-w-44 rounded-md border border-line-strong bg-canvas px-1.5 text-sm"
          value={className}
          onChange={({ target }) => setClassName(target.value)}
        >
          <option value={EVERY}>all classes</option>
          {figures.classes.map((known) => (
            <option key={known.className} value={known.className}>
              {known.className}
            </option>
          ))}
        </select>
      </figcaption>
      <LinePlot
        options={optionsOf}
        data={data}
        height={HEIGHT}
        label={`AP50 ${figureWords(before)} before, ${figureWords(after)} after`}
        onPoint={setPointed}
      />
      <ul className="mt-1 flex flex-wrap justify-center gap-x-5 gap-y-1 text-xs text-dim">
        <li className="text-faint">
          {pointed === null ? "AP50, the area below" : `At recall ${RECALLS[pointed]?.toFixed(2)}`}
        </li>
        {LINES.map(({ side, colour, dash }) => (
          <li key={side} className="flex items-center gap-1.5">
            <LineSample colour={colour} dash={dash} />
            {names[side]}
            <span className="w-10 text-ink">
              {figureWords(pointed === null ? areas[side] : (curve[side][pointed] ?? null))}
            </span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** A curve of nothing is drawn at 0. */
function whole(curve: readonly number[]): number[] {
  return RECALLS.map((_, point) => curve[point] ?? 0);
}

function optionsOf(colour: (name: string) => string): Omit<UPlot.Options, "width" | "height"> {
  const axis = axisLook(colour);
  return {
    padding: [8, 12, 0, 0],
    cursor: { y: false },
    legend: { show: false },
    scales: { x: { time: false, range: [0, 1] }, y: { range: [0, 1.02] } },
    axes: [
      { ...axis, label: "recall", size: 30 },
      { ...axis, label: "precision", size: 44 },
    ],
    series: [
      {},
      ...LINES.map(({ colour: name, dash }) => ({
        width: 2,
        stroke: colour(name),
        points: { show: false },
        ...(dash ? { dash: [6, 4] } : {}),
      })),
    ],
  };
}
