import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";

/** A program of ours that can check its settings without doing anything else. */
interface OurProgram {
  /** From the repository's root, as in the image. */
  file: string;
  /** Where its settings are read, whose text names every variable. */
  settingsFile: string;
}

const PROGRAMS: readonly OurProgram[] = [
  { file: "cloud/src/main.ts", settingsFile: "cloud/src/config.ts" },
  { file: "edge-agent/src/main.ts", settingsFile: "edge-agent/src/config.ts" },
];

/** Names of variables that only we read; others (HOME, …) are the image's affair. */
const OURS = /^(SENTINEL|S3)_[A-Z0-9_]+$/;

/** True where this is one of the images that this repository makes. */
export function isOurImage(image: string | undefined): boolean {
  return /(^|\/)sentinel(\.local)?\/(cloud|edge-agent|dashboard)[:@]/.test(image ?? "");
}

/** The TypeScript file that a container of ours runs, and what it is told behind it. */
export function entryOf({
  command = [],
  args = [],
}: Container): { file: string; rest: string[] } | null {
  const [program, ...words] = [...command, ...args];
  const at = words.findIndex((word) => !word.startsWith("-"));
  const file = words[at];
  if (program !== "node" || file === undefined) return null;
  return { file: file.replace(/^\/app\//, ""), rest: words.slice(at + 1) };
}

export function programOf(file: string): OurProgram | undefined {
  return PROGRAMS.find((program) => program.file === file);
}

export function isOurVariable(name: string): boolean {
  return OURS.test(name);
}

/** Every variable of ours that some program's settings name, from the repository's root. */
export function knownVariables(repository: string, program: OurProgram): Set<string> {
  const text = readFileSync(join(repository, program.settingsFile), "utf8");
  return new Set(text.match(/\b(SENTINEL|S3)_[A-Z0-9_]+\b/g) ?? []);
}
