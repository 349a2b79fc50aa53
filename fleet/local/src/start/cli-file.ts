import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../disk/write-whole.ts";

const cliFileSchema = z.object({ url: z.url(), token: z.string().min(1).optional() });

/** How commands on this machine find and speak to the cloud of a data directory while it runs. */
export type CliFile = z.output<typeof cliFileSchema>;

/** Lets commands find the cloud; readable by the data directory's owner only. */
export function writeCliFile(root: string, file: CliFile): void {
  writeWhole(join(root, "cli.json"), JSON.stringify(file));
}

/** The cloud is no more. */
export function removeCliFile(root: string): void {
  rmSync(join(root, "cli.json"), { force: true });
}

/** Null where none runs from this data directory. */
export function readCliFile(root: string): CliFile | null {
  try {
    return cliFileSchema.parse(JSON.parse(readFileSync(join(root, "cli.json"), "utf8")));
  } catch {
    return null;
  }
}
