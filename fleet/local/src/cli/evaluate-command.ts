import { type CocoResult, evaluateCoco } from "@sentinel/cloud/evaluation/coco-evaluation";
import {
  cocoResultsSchema,
  cocoTruthSchema,
  toFoundBoxes,
  toGroundTruth,
} from "@sentinel/cloud/evaluation/coco-files";
import type { Command } from "commander";
import { localError } from "../errors.ts";
import { readInputFile } from "./input-file.ts";
import { textTable } from "./text-table.ts";

/** Adds `sentinel evaluate …`. */
export function addEvaluateCommand(program: Command): Command {
  const evaluate = program
    .command("evaluate")
    .description("measure how good detections or models are");
  evaluate
    .command("detections")
    .description("the 12 figures of COCO for detections in a file, as pycocotools gives them")
    .requiredOption("--gt <file>", "what is really there, COCO JSON")
    .requiredOption("--detections <file>", "what was found, COCO results JSON")
    .option("--json", "one line of JSON: summary and AP by class")
    .action((options: { gt: string; detections: string; json?: boolean }) => {
      const result = evaluateFiles(options.gt, options.detections);
      const text = options.json === true ? JSON.stringify(result) : tables(result);
      process.stdout.write(`${text}\n`);
    });
  return evaluate;
}

function evaluateFiles(truthFile: string, detectionsFile: string): CocoResult {
  const truth = toGroundTruth(readInputFile(truthFile, cocoTruthSchema));
  const found = toFoundBoxes(readInputFile(detectionsFile, cocoResultsSchema));
  const images = new Set(truth.imageIds);
  const categories = new Set(truth.categories.map(({ id }) => id));
  const stranger = truth.boxes.findIndex(
    ({ imageId, categoryId }) => !images.has(imageId) || !categories.has(categoryId),
  );
  if (stranger >= 0) {
    throw localError(
      "INPUT_INVALID",
      `${truthFile}: annotations.${stranger} names an image or category that the file does not list`,
    );
  }
  const elsewhere = found.find(({ imageId }) => !images.has(imageId));
  if (elsewhere !== undefined) {
    throw localError(
      "INPUT_INVALID",
      `${detectionsFile}: ${found.indexOf(elsewhere)}.image_id is ${elsewhere.imageId}; accepted: an id of the images in ${truthFile}`,
    );
  }
  const unknown = found.filter(({ categoryId }) => !categories.has(categoryId)).length;
  if (unknown > 0) {
    process.stderr.write(
      `${unknown} detections of categories that ${truthFile} has not: left out\n`,
    );
  }
  return evaluateCoco(truth, found);
}

function tables({ summary, perClassAP }: CocoResult): string {
  const rows = (values: object) =>
    Object.entries(values).map(([name, value]) => [
      name,
      (value as number) < 0 ? "–" : (value as number).toFixed(4),
    ]);
  return `${textTable(["FIGURE", "VALUE"], rows(summary))}\n\n${textTable(["CLASS", "AP"], rows(perClassAP))}`;
}
