import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Copy, DockerfileParser, type Instruction, JSONInstruction, Label } from "dockerfile-ast";

/** One FROM and what follows it. */
interface Stage {
  /** The image or the earlier stage that it begins with, variables replaced. */
  base: string;
  name: string;
  line: number;
  instructions: readonly Instruction[];
}

/** A Dockerfile of ours, as far as manifests and rules care. */
export interface ImageRecipe {
  /** From the repository's root. */
  file: string;
  /** What it begins with that no stage of its own made, with the line. */
  bases: readonly { image: string; line: number }[];
  /** `10001:10001`; the last one counts; empty where none is named, which is the base's user. */
  user: string;
  ports: readonly number[];
  /** What is in the image of this repository, by absolute path: files and folders, as they are copied. */
  copied: readonly string[];
  /** Files and folders of the repository that any stage copies, with the line. */
  sources: readonly { path: string; line: number }[];
  workingFolder: string;
  /** CMD, ENTRYPOINT and HEALTHCHECK of the image, with whether a shell reads them. */
  commands: readonly { keyword: string; line: number; inShell: boolean; text: string }[];
  /** Keys of its labels. */
  labels: readonly string[];
  /** How packages are installed: the text of every RUN, over all stages that reach the image. */
  runs: readonly { line: number; text: string }[];
}

/** The images that this repository makes, by the folder in which each Dockerfile lies. */
export const OUR_IMAGES = ["edge-agent", "cloud", "dashboard"] as const;

/** Reads an image's Dockerfile; null where there is none. */
export function readRecipe(repository: string, image: string): ImageRecipe | null {
  const file = `${image}/Dockerfile`;
  const path = join(repository, file);
  return existsSync(path) ? parseRecipe(readFileSync(path, "utf8"), file) : null;
}

/** Parses a Dockerfile's text. */
export function parseRecipe(text: string, file: string): ImageRecipe {
  const stages = stagesOf(text);
  const names = new Set(stages.map(({ name }) => name));
  const last = chainOf(stages);
  const all = stages.flatMap(({ instructions }) => instructions);
  const inImage = last.flatMap(({ instructions }) => instructions);
  const lastOf = (keyword: string) =>
    inImage.filter((instruction) => instruction.getKeyword() === keyword).at(-1);
  return {
    file,
    bases: stages
      .filter(({ base }) => !names.has(base) && !base.includes("$"))
      .map(({ base, line }) => ({ image: base, line })),
    user: lastOf("USER")?.getArgumentsContent() ?? "",
    ports: inImage
      .filter((instruction) => instruction.getKeyword() === "EXPOSE")
      .flatMap((instruction) => instruction.getArguments().map((port) => Number(port.getValue()))),
    copied: copiedTo(inImage),
    sources: all.flatMap(sourcesOf),
    workingFolder: lastOf("WORKDIR")?.getArgumentsContent() ?? "/",
    commands: ["HEALTHCHECK", "ENTRYPOINT", "CMD"].flatMap((keyword) => {
      const instruction = lastOf(keyword);
      return instruction === undefined ? [] : [commandOf(keyword, instruction)];
    }),
    labels: inImage
      .filter((instruction) => instruction instanceof Label)
      .flatMap((label) => label.getProperties().map((property) => property.getName())),
    runs: all
      .filter((instruction) => instruction.getKeyword() === "RUN")
      .map((instruction) => ({
        line: lineOf(instruction),
        text: instruction.getArgumentsContent() ?? "",
      })),
  };
}

function stagesOf(text: string): Stage[] {
  const dockerfile = DockerfileParser.parse(text);
  const defaults = new Map<string, string>();
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    if (instruction.getKeyword() === "ARG" && stages.length === 0) {
      const [name = "", value] = (words[0] ?? "").split(/=(.*)/s);
      if (value !== undefined) defaults.set(name, value);
    } else if (instruction.getKeyword() === "FROM") {
      const [image = "", , name = ""] = words.filter((word) => !word.startsWith("--"));
      const base = image.replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced, bare) => {
        return defaults.get(braced ?? bare) ?? whole;
      });
      stages.push({ base, name, line: lineOf(instruction), instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

/** The stages of which the last one is made, in order. */
function chainOf(stages: readonly Stage[]): Stage[] {
  const chain: Stage[] = [];
  let stage = stages.at(-1);
  while (stage !== undefined) {
    chain.unshift(stage);
    const base: string = stage.base;
    stage = stages.find(({ name }) => name !== "" && name === base);
  }
  return chain;
}

/** Where a stage's own COPYs lead to. */
function copiedTo(instructions: readonly Instruction[]): string[] {
  let folder = "/";
  const targets: string[] = [];
  for (const instruction of instructions) {
    if (instruction.getKeyword() === "WORKDIR") folder = instruction.getArgumentsContent() ?? "/";
    if (!copiesFromContext(instruction)) continue;
    const words = copyWords(instruction);
    const target = words.at(-1) ?? "";
    const absolute = target.startsWith("/") ? target : `${folder}/${target.replace(/^\.\/?/, "")}`;
    for (const source of words.slice(0, -1)) {
      const name = absolute.endsWith("/") ? `${absolute}${source.split("/").at(-1)}` : absolute;
      targets.push(name.replace(/\/+/g, "/").replace(/(.)\/$/, "$1"));
    }
  }
  return targets;
}

/** What a COPY takes out of the repository. */
function sourcesOf(instruction: Instruction): { path: string; line: number }[] {
  if (!copiesFromContext(instruction)) return [];
  const line = lineOf(instruction);
  return copyWords(instruction)
    .slice(0, -1)
    .map((path) => ({ path, line }));
}

/** True of a COPY that takes from the repository, not from another stage. */
function copiesFromContext(instruction: Instruction): boolean {
  return instruction instanceof Copy && instruction.getFromFlag() === null;
}

function copyWords(instruction: Instruction): string[] {
  return instruction
    .getArguments()
    .map((argument) => argument.getValue())
    .filter((word) => !word.startsWith("--"));
}

function commandOf(keyword: string, instruction: Instruction): ImageRecipe["commands"][number] {
  const isJson = instruction instanceof JSONInstruction && instruction.getOpeningBracket() !== null;
  const text = instruction.getRawArgumentsContent() ?? "";
  const inShell = keyword === "HEALTHCHECK" ? !/\bCMD\s+\[/.test(text) : !isJson;
  return { keyword, line: lineOf(instruction), inShell, text };
}

function lineOf(instruction: Instruction): number {
  return instruction.getRange().start.line + 1;
}
