import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RgbFrame } from "../src/decode/rgb-frame.ts";
import { readStillPicture } from "../src/decode/still-picture.ts";
import { resolveModel } from "../src/model/resolve-model.ts";
import type { ResolvedModel } from "../src/model/resolved-model.ts";

/** Where the shared test data lies: beside the repository. */
export const TESTDATA = fileURLToPath(new URL("../../../shared/testdata/", import.meta.url));

/** The catalog of the repository. */
export const CATALOG = fileURLToPath(new URL("../../fleet/state/models.yaml", import.meta.url));

/** The user's own cache, so that a machine fetches a model once. */
export const CACHE_DIR = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "sentinel",
  "models",
);

export const YOLOX_NANO_FILE = join(TESTDATA, "models", "yolox_nano.onnx");

/** A model of the catalog or a file. */
export async function getModel(nameOrFile: string): Promise<ResolvedModel> {
  return await resolveModel({ nameOrFile, catalogPath: CATALOG, cacheDir: CACHE_DIR });
}

/** A photograph with a bus and people. */
export async function readBus(): Promise<RgbFrame> {
  return await readStillPicture(join(TESTDATA, "stills", "bus.jpg"));
}
