import type { LoadedModel } from "./session-messages.ts";
import { SessionThread } from "./session-thread.ts";

/**
 * Loads a model once, on a thread of its own, to learn its layout, input size and classes from what
 * it answers.
 *
 * @throws MODEL_FILE_MISSING, MODEL_NOT_ONNX, MODEL_LAYOUT_UNKNOWN, MODEL_OUTPUT_*
 */
export async function probeModel(path: string): Promise<LoadedModel> {
  const thread = new SessionThread();
  try {
    return await thread.load(path);
  } finally {
    await thread.stop();
  }
}
