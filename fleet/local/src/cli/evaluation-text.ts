import type { AppRouter } from "@sentinel/cloud/api/router";
import { COCO_FIGURES } from "@sentinel/cloud/evaluation/evaluation-figures";
import type { inferRouterOutputs } from "@trpc/server";
import { textTable } from "./text-table.ts";

type Evaluation = inferRouterOutputs<AppRouter>["models"]["evaluation"];
type Figures = NonNullable<Evaluation["figures"]>;
type Compared = Figures["summary"]["AP"];
type Gate = NonNullable<Evaluation["gate"]>;

/** True while something can still come of an evaluation. */
export function isPending({ state }: Pick<Evaluation, "state">): boolean {
  return state === "queued" || state === "running";
}

/** The verdict, then a line a rule. */
export function gateLines({ verdict, rules }: Pick<Gate, "verdict" | "rules">): string[] {
  const lines = rules.map((rule) => `${rule.verdict}: ${rule.sentence}`);
  return [`The gate says ${verdict}.`, ...lines];
}

/** The figures of an evaluation as tables: two models, the gain with its interval, classes, cameras. */
export function evaluationText(evaluation: Evaluation, figures: Figures): string {
  const { measuredOn } = evaluation;
  const { latencyMs } = figures;
  const on =
    measuredOn?.kind === "golden"
      ? `golden set ${measuredOn.name}`
      : `the validation part of ${measuredOn?.name ?? "its version"}`;
  const before = evaluation.againstName ?? evaluation.against.slice(0, 12);
  const after = evaluation.name ?? evaluation.digest.slice(0, 12);
  const head = [before.toUpperCase(), after.toUpperCase(), "GAIN", "IN 95 OF 100 DRAWS"];
  return [
    `${figures.pictures} pictures of ${on}, ${figures.boxes} boxes; ${figures.changedCount} pictures changed`,
    `a picture takes ${latencyMs.before.p50.toFixed(1)} ms before, ${latencyMs.after.p50.toFixed(1)} ms after (of one processor, where it was evaluated)`,
    "",
    textTable(
      ["FIGURE", ...head],
      COCO_FIGURES.map((name) => [name, ...cellsOf(figures.summary[name])]),
    ),
    "",
    textTable(
      ["CLASS, AP50", "BOXES", ...head],
      figures.classes.map(({ className, boxes, ap50 }) => [
        className,
        String(boxes),
        ...cellsOf(ap50),
      ]),
    ),
    "",
    textTable(
      ["CAMERA, AP50", "PICTURES", ...head],
      figures.cameras.map(({ nodeId, cameraId, pictures, ap50 }) => [
        `${nodeId}/${cameraId}`,
        String(pictures),
        ...cellsOf(ap50),
      ]),
    ),
  ].join("\n");
}

function cellsOf({ before, after, gain, gainInterval }: Compared): string[] {
  return [
    figure(before),
    figure(after),
    signed(gain),
    gainInterval === null ? "–" : `${signed(gainInterval[0])} to ${signed(gainInterval[1])}`,
  ];
}

function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(4);
}

function signed(value: number | null): string {
  return value === null ? "–" : `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
}
