import type { TrainingEngine } from "../engine.ts";
import { trainHeadModel } from "../head/head-engine.ts";
import { loadTensorflow } from "./tfjs-backend.ts";
import { tfjsGradients } from "./tfjs-gradients.ts";

/** The same detect layers, with TensorFlow.js for the algebra. */
export const tfjsEngine: TrainingEngine = {
  name: "tfjs",
  train: async (input, hooks) =>
    trainHeadModel(input, hooks, tfjsGradients(await loadTensorflow())),
};
