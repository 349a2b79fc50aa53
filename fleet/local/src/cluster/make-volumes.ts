import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PlannedPod } from "./plan-pod.ts";

/** Makes a pod's volumes: claims stay as they are, scratch space begins empty, maps and secrets are written anew. */
export function makeVolumes({ folders, emptied, files }: PlannedPod): void {
  for (const folder of emptied) rmSync(folder, { recursive: true, force: true });
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    // As a mounted map: nobody writes there, and a change of it replaces the file.
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o400 });
  }
}
