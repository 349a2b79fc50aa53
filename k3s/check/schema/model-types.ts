import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { KubeObject } from "../document/kube-object.ts";
import { jsonPathAt, objectLiteralAt } from "./literal-place.ts";
import { modelModule, OWN_TYPES } from "./model-module.ts";
import { type SchemaFault, wordsOf } from "./schema-fault.ts";

/** Lies nowhere; its place decides from where models are resolved. */
const FILE = fileURLToPath(new URL("./objects-under-check.ts", import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: [],
};

/** Parsed libraries and models, which no check changes. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Checks objects against the models' TypeScript types, by TypeScript's own compiler: it alone is strict about
 * fields that a kind does not have. @returns the faults of each object, by its place in `objects`.
 */
export function typeFaults(objects: readonly KubeObject[]): SchemaFault[][] {
  const faults: SchemaFault[][] = objects.map(() => []);
  const lines = objects.map((object, index) => declaration(object, index));
  const program = ts.createProgram([FILE], OPTIONS, hostOf(lines.join("\n")));
  const source = program.getSourceFile(FILE);
  if (source === undefined) throw new Error(`TypeScript did not read ${FILE}`);
  const checker = program.getTypeChecker();
  for (const diagnostic of program.getSemanticDiagnostics(source)) {
    const start = diagnostic.start ?? 0;
    const index = source.getLineAndCharacterOfPosition(start).line;
    const object = objects[index];
    if (object === undefined) continue;
    const literal = objectLiteralAt(source, start);
    const type = literal === null ? undefined : checker.getContextualType(literal);
    const fields = type === undefined ? [] : checker.getNonNullableType(type).getProperties();
    const known = fields.map(({ name }) => name);
    const words = wordsOf(
      ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      known,
      object,
    );
    faults[index]?.push({ path: jsonPathAt(source, start), ...words });
  }
  return faults;
}

/** One line an object, so that a diagnostic's line tells which one it is about. */
function declaration(object: KubeObject, index: number): string {
  const { apiVersion, kind } = object;
  const type =
    OWN_TYPES[`${apiVersion}/${kind}`]?.replaceAll("\n", " ") ??
    `import(${JSON.stringify(modelModule(apiVersion, kind))}).I${kind}`;
  return `export const object${index}: ${type} = ${JSON.stringify(object)};`;
}

function hostOf(text: string): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === FILE || fileExists.call(host, name);
  host.getSourceFile = (name, ...rest) => {
    if (name === FILE) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    const key = join("/", name);
    if (!parsed.has(key)) parsed.set(key, getSourceFile.call(host, name, ...rest));
    return parsed.get(key);
  };
  return host;
}
