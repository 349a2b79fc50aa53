import type { OutputReading } from "@sentinel/protocol/model-io/decode-output";
import { findLayout, VALUES_BEFORE_CLASSES } from "@sentinel/protocol/model-io/output-layout";
import { edgeError } from "../errors.ts";
import type { ModelSession } from "./model-session.ts";

/**
 * Lets a model answer one grey frame, finds its layout from the answer's shape and checks that the
 * answer is one that a detector gives.
 *
 * @throws MODEL_LAYOUT_UNKNOWN, MODEL_OUTPUT_NOT_FINITE, MODEL_OUTPUT_INVALID
 */
export async function warmUp(session: ModelSession): Promise<OutputReading> {
  const { inputSize } = session;
  const { data, shape } = await session.run(
    new Float32Array(3 * inputSize * inputSize).fill(114 / 255),
  );
  const found = findLayout(inputSize, shape);
  if (found === null) {
    throw edgeError(
      "MODEL_LAYOUT_UNKNOWN",
      `an output of ${shape.join("x")} at ${inputSize} px is neither YOLOv5 nor YOLOX`,
    );
  }
  const valuesPerBox = VALUES_BEFORE_CLASSES + found.classCount;
  let largestCentre = 0;
  for (let index = 0; index < data.length; index++) {
    const value = data[index] ?? Number.NaN;
    const column = index % valuesPerBox;
    if (!Number.isFinite(value)) {
      throw edgeError("MODEL_OUTPUT_NOT_FINITE", `value ${index} of the answer is ${value}`);
    }
    if (column >= 4 && (value < 0 || value > 1)) {
      throw edgeError("MODEL_OUTPUT_INVALID", `score ${index} of the answer is ${value}`);
    }
    if (column === 0) largestCentre = Math.max(largestCentre, value);
  }
  // Raw YOLOX centres are offsets of a few cells; YOLOv5 covers its whole input whatever it sees.
  if (largestCentre > (found.layout === "yolox" ? inputSize / 8 : inputSize * 2)) {
    throw edgeError("MODEL_OUTPUT_INVALID", `a box of the answer lies at ${largestCentre}`);
  }
  return { ...found, inputSize, boxUnit: largestCentre > 2 ? 1 : inputSize };
}

/**
 * Checks that every value of an answer is finite. A sum is: what is not finite stays so in it.
 *
 * @throws MODEL_OUTPUT_NOT_FINITE
 */
export function checkFinite(data: Float32Array): void {
  let sum = 0;
  for (const value of data) sum += value;
  if (Number.isFinite(sum)) return;
  const place = data.findIndex((value) => !Number.isFinite(value));
  throw edgeError("MODEL_OUTPUT_NOT_FINITE", `value ${place} of the answer is ${data[place]}`);
}
