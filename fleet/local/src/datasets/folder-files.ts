import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { localError } from "../errors.ts";

const MAX_FILES = 200_000;
/** Larger text files are no labels. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/** Every file of a folder by its path within it, with slashes, sorted. @throws CodedError INPUT_INVALID. */
export function listFolder(folder: string): string[] {
  const paths: string[] = [];
  const walk = (below: string) => {
    const entries = readdirSync(join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) paths.push(path);
    }
    if (paths.length > MAX_FILES) throw new Error(`more than ${MAX_FILES} files`);
  };
  try {
    walk("");
  } catch (error) {
    throw localError("INPUT_INVALID", `${folder}: ${wordsOf(error)}`, error);
  }
  return paths.sort();
}

/** Reads a text file of a folder. @throws CodedError INPUT_INVALID. */
export function readFolderText(folder: string, path: string): string {
  try {
    const file = join(folder, path);
    const { size } = statSync(file);
    if (size > MAX_TEXT_BYTES) throw new Error(`${size} bytes; at most ${MAX_TEXT_BYTES} are read`);
    return readFileSync(file, "utf8");
  } catch (error) {
    throw localError("INPUT_INVALID", `${path}: ${wordsOf(error)}`, error);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
