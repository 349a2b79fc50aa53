import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ContainerAt, containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { expand, resolvedEnvironment, type Variable } from "./environment.ts";
import { mountedFiles, writeBelow } from "./mounted-files.ts";
import { entryOf, isOurImage, isOurVariable, knownVariables, programOf } from "./our-programs.ts";

const DEADLINE_MS = 60_000;
/** Compiled once, our programs answer in half the time. */
const COMPILED = fileURLToPath(new URL("../../../node_modules/.cache/k3s-check/", import.meta.url));

/** What programs answered, by what they were asked: targets ask much the same. */
export type Answers = Map<string, Promise<string[]>>;

/**
 * Programs of ours that containers name are there, and take the settings that they would get: asked by running them
 * with `--check-config`, with the environment and the files of the manifests.
 *
 * @param repository the root of the repository.
 */
export async function checkSettings(
  rendered: Rendered,
  repository: string,
  answers: Answers,
): Promise<Remark[]> {
  const waiting = rendered.pods.flatMap((pod) =>
    containersOf(pod)
      .filter(({ container }) => isOurImage(container.image))
      .map((at) => ({ pod, at })),
  );
  const remarks: Remark[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { pod, at } = next;
      remarks.push(...(await containerRemarks(rendered, repository, pod, at, answers)));
    }
  };
  // Two at a time, because a small machine has two cores.
  await Promise.all([worker(), worker()]);
  return remarks;
}

async function containerRemarks(
  rendered: Rendered,
  repository: string,
  pod: PodTemplate,
  { container, path }: ContainerAt,
  answers: Answers,
): Promise<Remark[]> {
  const entry = entryOf(container);
  if (entry === null) return [];
  if (!existsSync(join(repository, entry.file))) {
    return [
      {
        object: pod.owner,
        rule: "program-exists",
        path: `${path}.command`,
        problem: `the image would hold no ${entry.file}`,
        fix: "the path of a main file of this repository, from its root",
      },
    ];
  }
  const program = programOf(entry.file);
  if (program === undefined) return [];
  const environment = resolvedEnvironment(rendered, pod, container);
  const known = knownVariables(repository, program);
  const unknown = environment.filter(({ name }) => isOurVariable(name) && !known.has(name));
  const remarks = unknown.map(({ name }) => ({
    object: pod.owner,
    rule: "setting-known",
    path: `${path} env ${name}`,
    problem: `${entry.file} knows no setting ${name}`,
    fix: `one of ${[...known].sort().join(", ")}`,
  }));
  const faults = await ask(rendered, repository, pod, { container, entry, environment }, answers);
  return [
    ...remarks,
    ...faults.map((fault) => ({
      object: pod.owner,
      rule: "setting-accepted",
      path: `${path}${variableIn(fault)}`,
      problem: `${entry.file} --check-config: ${fault.split("; accepted:")[0]}`,
      fix: fault.split("; accepted:")[1]?.trim() ?? "what the message names",
    })),
  ];
}

/** The lines with which the program refuses its settings; none where it takes them. */
function ask(
  rendered: Rendered,
  repository: string,
  pod: PodTemplate,
  told: {
    container: ContainerAt["container"];
    entry: { file: string; rest: string[] };
    environment: readonly Variable[];
  },
  answers: Answers,
): Promise<string[]> {
  const { container, entry, environment } = told;
  const files = mountedFiles(rendered, pod, container, environment);
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  const rest = entry.rest.map((word) => expand(word, values));
  const question = JSON.stringify([entry.file, rest, [...values], [...files]]);
  const answer =
    answers.get(question) ?? run({ repository, file: entry.file, rest, values, files });
  answers.set(question, answer);
  return answer;
}

async function run(options: {
  repository: string;
  file: string;
  rest: readonly string[];
  values: ReadonlyMap<string, string>;
  files: ReadonlyMap<string, string>;
}): Promise<string[]> {
  const { repository, file, rest, values, files } = options;
  const folder = mkdtempSync(join(tmpdir(), "sentinel-k3s-check-"));
  try {
    writeBelow(folder, files);
    // A file of a mount lies below the folder here.
    const here = (text: string) => (files.has(text) ? join(folder, text) : text);
    const env = {
      ...Object.fromEntries([...values].map(([name, value]) => [name, here(value)])),
      NODE_COMPILE_CACHE: COMPILED,
    };
    const args = [join(repository, file), ...rest.map(here), "--check-config"];
    return await new Promise<string[]>((resolve) => {
      execFile(
        process.execPath,
        args,
        { env, timeout: DEADLINE_MS, encoding: "utf8" },
        (error, _stdout, stderr) => {
          const lines = stderr.replaceAll(folder, "").split("\n");
          const told = lines.map((line) => line.replace(/^[A-Z_]+(: |$)/, "")).filter(Boolean);
          if (error === null) resolve([]);
          else resolve(told.length > 0 ? told : [error.message]);
        },
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function variableIn(fault: string): string {
  const name = /\b(SENTINEL|S3|DATABASE)_[A-Z0-9_]+\b/.exec(fault)?.[0];
  return name === undefined ? "" : ` env ${name}`;
}
