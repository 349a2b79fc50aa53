import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package that npm installed. */
export interface NpmPackage {
  name: string;
  version: string;
  /** SPDX, as the package says; empty where it says nothing. */
  licence: string;
  /** SHA-512 of the package's archive, in hexadecimal; empty for our own. */
  sha512: string;
}

/** One entry of npm's own list of what it has installed. */
interface Entry {
  version?: string;
  name?: string;
  license?: string;
  integrity?: string;
  /** Where a link leads to. */
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

type Entries = Readonly<Record<string, Entry>>;

/**
 * The packages that npm installed for a workspace to run with, and that are still there. (`npm sbom` wants every
 * workspace of the lock file, which an image has not.)
 *
 * @param folder the one with node_modules in it.
 * @param workspace its path from there.
 */
export function npmPackages(folder: string, workspace: string): NpmPackage[] {
  const list = readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8");
  const { packages } = JSON.parse(list) as { packages: Entries };
  return [...needed(packages, workspace)]
    .filter((path) => existsSync(join(folder, path)))
    .map((path) => {
      const { name, version = "", license = "", integrity = "" } = packages[path] ?? {};
      return {
        name: name ?? path.split("node_modules/").at(-1) ?? path,
        version,
        licence: license,
        sha512: sha512Of(integrity),
      };
    })
    .sort((one, other) => (purlOf(one) < purlOf(other) ? -1 : 1));
}

/** A package's place and those of all that it needs to run, by what each declares. */
function needed(packages: Entries, start: string): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    const entry = packages[path] ?? {};
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => !entry.peerDependenciesMeta?.[name]?.optional,
    );
    for (const name of [
      ...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
      ...peers,
    ]) {
      const place = resolve(packages, name, path);
      if (place !== null) seen.add(place);
    }
  }
  return seen;
}

/** Where Node would find a package: in the nearest node_modules, upwards. */
function resolve(packages: Entries, name: string, from: string): string | null {
  const path = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
  const entry = packages[path];
  if (entry !== undefined) return entry.link ? (entry.resolved ?? path) : path;
  if (from === "") return null;
  const at = from.lastIndexOf("/node_modules/");
  return resolve(packages, name, at < 0 ? "" : from.slice(0, at));
}

/** The package's URL: `pkg:npm/%40scope/name@1.2.3`. */
export function purlOf({ name, version }: Pick<NpmPackage, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function sha512Of(integrity: string): string {
  const base64 = /(?:^|\s)sha512-(\S+)/.exec(integrity)?.[1];
  return base64 === undefined ? "" : Buffer.from(base64, "base64").toString("hex");
}
