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
  dev?: boolean;
  link?: boolean;
}

/**
 * The packages that npm installed for running, not for building, and that are still there. (`npm sbom` wants every
 * workspace of the lock file, which an image has not.)
 *
 * @param folder the one with node_modules in it.
 */
export function npmPackages(folder: string): NpmPackage[] {
  const list = readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8");
  const { packages } = JSON.parse(list) as { packages: Record<string, Entry> };
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => !dev && !link && existsSync(join(folder, path)))
    .map(([path, { name, version = "", license = "", integrity = "" }]) => ({
      name: name ?? path.split("node_modules/").at(-1) ?? path,
      version,
      licence: license,
      sha512: sha512Of(integrity),
    }))
    .sort((one, other) => (purlOf(one) < purlOf(other) ? -1 : 1));
}

/** The package's URL: `pkg:npm/%40scope/name@1.2.3`. */
export function purlOf({ name, version }: Pick<NpmPackage, "name" | "version">): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function sha512Of(integrity: string): string {
  const base64 = /(?:^|\s)sha512-(\S+)/.exec(integrity)?.[1];
  return base64 === undefined ? "" : Buffer.from(base64, "base64").toString("hex");
}
