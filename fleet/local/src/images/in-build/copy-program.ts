import { execFileSync, type StdioOptions } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where an image keeps the list of packages of which it holds only the part that a program loads. */
const PACKAGES = "usr/share/sbom/packages";

/** The libraries that a program loads, as the loader says: `libx.so.1 => /lib/libx.so.1 (0x…)`. */
export function loadedLibraries(ldd: string): string[] {
  const missing = /^\s*(\S+) => not found/m.exec(ldd)?.[1];
  if (missing !== undefined) throw new Error(`the library ${missing} is not installed`);
  return [...ldd.matchAll(/=> (\/\S+)/g)].map(([, path = ""]) => path).sort();
}

function output(program: string, args: readonly string[]): string {
  // What it says of its failure is in the error; a name that dpkg does not know is none.
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
  return execFileSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26, stdio });
}

/** The Debian package that a file came with; dpkg knows some by their name before /lib and /usr/lib were one. */
function packageOf(path: string): string {
  const real = realpathSync(path);
  const names = [real, real.replace(/^\/usr\//, "/"), `/usr${real}`];
  for (const name of names) {
    try {
      const [line = ""] = output("dpkg-query", ["--search", name]).split("\n");
      return line.split(":")[0] ?? "";
    } catch {
      // Not by this name.
    }
  }
  throw new Error(`no package has ${path}`);
}

/**
 * Copies an installed program to a folder, with those of its libraries that the base image lacks, their licences,
 * and a list of the packages that they are of. Run while an image is built.
 *
 * @param base names of the packages that the base image has.
 */
function copyProgram(program: string, base: ReadonlySet<string>, target: string): void {
  const packages = new Set<string>();
  for (const path of [program, ...loadedLibraries(output("ldd", [program]))]) {
    const name = packageOf(path);
    if (base.has(name)) continue;
    packages.add(name);
    const copy = join(target, path.replace(/^\/lib\//, "/usr/lib/"));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(path, copy);
  }
  for (const name of packages) {
    const licence = `/usr/share/doc/${name}/copyright`;
    mkdirSync(join(target, dirname(licence)), { recursive: true });
    copyFileSync(licence, join(target, licence));
  }
  const fields = ["Package", "Version", "Architecture"].map((field) => `\${${field}}`);
  const format = `${fields.join("\\t")}\\n`;
  const list = output("dpkg-query", ["--show", `--showformat=${format}`, ...packages]);
  mkdirSync(join(target, PACKAGES), { recursive: true });
  writeFileSync(join(target, PACKAGES, `${program.split("/").at(-1)}.tsv`), list);
}

if (import.meta.main) {
  const [program, base, target] = process.argv.slice(2);
  if (program === undefined || base === undefined || target === undefined) {
    process.stderr.write("Usage: copy-program.ts PROGRAM FILE_WITH_BASE_PACKAGES TARGET\n");
    process.exit(2);
  }
  copyProgram(program, new Set(readFileSync(base, "utf8").trim().split("\n")), target);
}
