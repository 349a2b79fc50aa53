import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where what can be applied to a cluster lies; the rest are parts of these. */
const FOLDERS = ["overlays", "clusters", "argo-cd"];

/** Every kustomization that can be applied, from `root` (the folder k3s): `overlays/ci/cloud`. */
export function findTargets(root: string): string[] {
  return FOLDERS.flatMap((folder) => below(root, folder))
    .filter((folder) => !isComponent(join(root, folder, "kustomization.yaml")))
    .sort();
}

/** Every component, from `root`: `components/tls`. */
export function findComponents(root: string): string[] {
  return ["components", ...FOLDERS]
    .flatMap((folder) => below(root, folder))
    .filter((folder) => isComponent(join(root, folder, "kustomization.yaml")))
    .sort();
}

function below(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === "kustomization.yaml")
    .map((entry) => entry.parentPath.slice(join(root, "/").length));
}

function isComponent(file: string): boolean {
  return /^kind: Component$/m.test(readFileSync(file, "utf8"));
}
