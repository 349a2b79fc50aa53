import type UPlot from "uplot";
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

/** Losses by the left axis, AP50 by the right; in the colours that the page has now. */
export function curveOptions(element: HTMLElement): Omit<UPlot.Options, "width" | "height"> {
  const colour = (name: string) => resolved(element, name);
  const axis = {
    stroke: colour("--dim"),
    font: "11px 'Inter Variable', sans-serif",
    labelFont: "11px 'Inter Variable', sans-serif",
    labelSize: 18,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1, size: 4 },
  };
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

/** A colour of the theme as a canvas understands it: `light-dark()` is resolved. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
