import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { parse } from "yaml";

/** Every folder that a target is made of, itself among them, from `root` (the folder k3s): `components/tls`. */
export function usedFolders(root: string, target: string): Set<string> {
  const used = new Set<string>();
  const visit = (folder: string): void => {
    const file = join(root, folder, "kustomization.yaml");
    if (used.has(folder) || !existsSync(file)) return;
    used.add(folder);
    const { resources = [], components = [] } = (parse(readFileSync(file, "utf8")) ?? {}) as {
      resources?: string[];
      components?: string[];
    };
    for (const entry of [...resources, ...components]) visit(normalize(join(folder, entry)));
  };
  visit(target);
  return used;
}
