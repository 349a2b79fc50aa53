import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Tensorflow from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);

/**
 * TensorFlow.js on the fastest backend that this machine has: native where `@tensorflow/tfjs-node` is
 * installed (it is optional: its install script downloads a library), WebAssembly otherwise.
 */
export async function loadTensorflow(): Promise<typeof Tensorflow> {
  const native = await loadNative();
  if (native !== null) return native;
  const tf = await import("@tensorflow/tfjs-core");
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const entry = require.resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${join(dirname(entry), "/")}`);
  await tf.setBackend("wasm");
  await tf.ready();
  return tf;
}

async function loadNative(): Promise<typeof Tensorflow | null> {
  const name = "@tensorflow/tfjs-node";
  try {
    return (await import(name)) as typeof Tensorflow;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}
