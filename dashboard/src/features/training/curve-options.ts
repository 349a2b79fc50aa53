import type UPlot from "uplot";
import { axisLook } from "../../ui/line-plot.tsx";
import type { TrainingJob } from "./use-training.ts";

const EPOCH_AXIS_SIZE = 30;

/** The lines of the plot: what they show, and how they are told apart. */
export const LINES = [
  { key: "trainLoss", name: "Training loss", colour: "--faint", scale: "loss", dash: false },
  { key: "validationLoss", name: "Validation loss", colour: "--info", scale: "loss", dash: true },
  { key: "validationAp50", name: "Validation AP50", colour: "--accent", scale: "ap", dash: false },
] as const;

/** The columns of the plot: epoch, training loss, validation loss, validation AP50. */
export function curveData(curve: TrainingJob["curve"]): UPlot.AlignedData {
  return [
    curve.map(({ epoch }) => epoch),
    ...LINES.map(({ key }) => curve.map((point) => point[key])),
  ] as UPlot.AlignedData;
}

/** Losses by the left axis, AP50 by the right. */
export function curveOptions(
  colour: (name: string) => string,
): Omit<UPlot.Options, "width" | "height"> {
  const axis = axisLook(colour);
  const line = { width: 2, points: { show: true, size: 5 } };
  return {
    padding: [8, 0, 0, 0],
    cursor: { y: false },
    legend: { show: false },
    scales: {
      x: { time: false, range: (_plot, low, high) => [low, Math.max(high, low + 1)] },
      loss: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
      ap: { range: [0, 1] },
    },
    axes: [
      { ...axis, label: "epoch", size: EPOCH_AXIS_SIZE, incrs: [1, 2, 5, 10, 20, 50] },
      { ...axis, label: "loss", scale: "loss", size: 44 },
      { ...axis, label: "AP50", scale: "ap", side: 1, size: 36, grid: { show: false } },
    ],
    series: [
      {},
      ...LINES.map(({ colour: name, scale, dash }) => ({
        ...line,
        scale,
        stroke: colour(name),
        ...(dash ? { dash: [6, 4] } : {}),
      })),
    ],
  };
}
