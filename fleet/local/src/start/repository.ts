import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ROOT = new URL("../../../../", import.meta.url);

/** A path inside the repository, absolute. */
export function repositoryPath(relative: string): string {
  return fileURLToPath(new URL(relative, ROOT));
}

/** The version in the root `package.json`. */
export function sentinelVersion(): string {
  const text = readFileSync(repositoryPath("package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
