import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Finding } from "../check/finding.ts";
import { runChecks } from "../check/run-checks.ts";

/** The repository, whose programs are asked. */
export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
/** The manifests as they are. */
export const K3S = join(REPOSITORY, "k3s");

const PARTS = [
  "base",
  "components",
  "overlays",
  "clusters",
  "argo-cd",
  "waves",
  "flows.yaml",
  "exceptions.yaml",
];

/** A copy of the manifests that a test may break. */
export class CopiedTree {
  readonly root = mkdtempSync(join(tmpdir(), "sentinel-k3s-"));

  constructor() {
    for (const part of PARTS) cpSync(join(K3S, part), join(this.root, part), { recursive: true });
  }

  /** Replaces a text of one file, which must be there. */
  edit(file: string, before: string, after: string): void {
    const path = join(this.root, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(before)) throw new Error(`${file} has no ${JSON.stringify(before)}`);
    writeFileSync(path, text.replace(before, after));
  }

  /** What the check finds in one target; exceptions count. */
  async check(target: string, asksPrograms = false): Promise<Finding[]> {
    const options = { root: this.root, repository: REPOSITORY, targets: [target], asksPrograms };
    return (await runChecks(options)).findings;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
