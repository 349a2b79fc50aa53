import { AWAITED } from "./awaited-settings.ts";
import { knownVariables, programOf, programText } from "./our-programs.ts";

const FILES = ["cloud/src/main.ts", "edge-agent/src/main.ts"];

/** Entries of the list of awaited settings that the packages know by now. */
export function awaitedNoLonger(repository: string): string[] {
  const programs = FILES.flatMap((file) => programOf(file) ?? []);
  const known = new Set(programs.flatMap((program) => [...knownVariables(repository, program)]));
  const cloud = programs[0];
  const text = cloud === undefined ? "" : programText(repository, cloud);
  return [
    ...AWAITED.variables.filter((name) => known.has(name)),
    ...AWAITED.roles.filter((role) => text.includes(`"${role}"`)),
    ...AWAITED.arguments.filter((word) => text.includes(word.replace(/^--/, ""))),
  ];
}
