import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package of an image's distribution. */
export interface OsPackage {
  /** As package URLs name distributions: `deb/debian`, `apk/alpine`. */
  kind: "deb/debian" | "apk/alpine";
  name: string;
  version: string;
  architecture: string;
}

/** The packages that an image's own databases name, and those of which it was given a part. */
export function osPackages(image: string): OsPackage[] {
  const read = (file: string) => {
    const path = join(image, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const lists = join(image, "usr/share/sbom/packages");
  const parts = existsSync(lists) ? readdirSync(lists).sort() : [];
  return [
    ...debianPackages(read("var/lib/dpkg/status")),
    ...parts.flatMap((file) => listedPackages(readFileSync(join(lists, file), "utf8"))),
    ...alpinePackages(read("lib/apk/db/installed")),
    ...alpinePackages(read("usr/lib/apk/db/installed")),
  ];
}

/** Of `/var/lib/dpkg/status`, those that are installed. */
export function debianPackages(status: string): OsPackage[] {
  return records(status, ": ")
    .filter((record) => record.get("Status")?.endsWith(" installed"))
    .map((record) => ({
      kind: "deb/debian",
      name: record.get("Package") ?? "",
      version: record.get("Version") ?? "",
      architecture: record.get("Architecture") ?? "",
    }));
}

/** Of `/lib/apk/db/installed`. */
export function alpinePackages(installed: string): OsPackage[] {
  return records(installed, ":")
    .filter((record) => record.has("P"))
    .map((record) => ({
      kind: "apk/alpine",
      name: record.get("P") ?? "",
      version: record.get("V") ?? "",
      architecture: record.get("A") ?? "",
    }));
}

/** Of a list that copy-program.ts wrote. */
function listedPackages(list: string): OsPackage[] {
  const lines = list.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", version = "", architecture = ""] = line.split("\t");
    return { kind: "deb/debian", name, version, architecture };
  });
}

/** Blocks of `key: value` with an empty line between them. */
function records(text: string, colon: string): Map<string, string>[] {
  return text.split(/\n\n+/).map((block) => {
    const lines = block.split("\n").filter((line) => /^\S/.test(line) && line.includes(colon));
    return new Map(
      lines.map((line) => {
        const at = line.indexOf(colon);
        return [line.slice(0, at), line.slice(at + colon.length).trim()];
      }),
    );
  });
}
