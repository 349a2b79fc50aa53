import { type Document, isNode, isScalar, type LineCounter, visit } from "yaml";
import type { z } from "zod";
import { ACCEPTED_KEYS } from "./config-schema.ts";
import { redactUrls } from "./source/redact-url.ts";

/** Where a configuration came from, so that a fault can name file, line or environment variable. */
export interface ConfigOrigin {
  fileName: string;
  document: Document;
  lines: LineCounter;
  /** Names of environment variables by the key that they set (`broker.url`). */
  environment: ReadonlyMap<string, string>;
}

/** One fault; looking for its place in the file takes time, so it is put into words only to be told. */
export type ConfigFault = () => string;

/** A person reads no more at a time, and the wrong file can have a hundred thousand. */
const MOST_TOLD = 20;

type Path = readonly PropertyKey[];

/** The first faults, one a line, and how many more there are. */
export function tellFaults(faults: readonly ConfigFault[]): string {
  const told = faults.slice(0, MOST_TOLD).map((fault) => fault());
  const more = faults.length - told.length;
  return [...told, ...(more === 0 ? [] : [`and ${more} more`])].join("\n");
}

/** Every fault that the schema found, one line each: place, key, value and what is accepted. */
export function schemaFaults(
  error: z.ZodError,
  value: unknown,
  origin: ConfigOrigin,
): ConfigFault[] {
  return error.issues.flatMap((issue): ConfigFault[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => () => unknownKeyFault([...issue.path, key], origin));
    }
    return [
      () => {
        const found = shown(issue.path, valueAt(value, issue.path));
        return `${place(issue.path, origin)}: ${found}; accepted: ${issue.message}`;
      },
    ];
  });
}

/** Keys that stand twice in the same mapping. */
export function repeatedKeyFaults({ document, fileName, lines }: ConfigOrigin): ConfigFault[] {
  const faults: ConfigFault[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name) && isNode(key)) {
          const line = lines.linePos(key.range?.[0] ?? 0).line;
          faults.push(() => `${fileName}:${line} ${name}: stands twice; accepted: each key once`);
        }
        seen.add(name);
      }
    },
  });
  return faults;
}

/** Cameras that share an id; looked for in the raw value, so that it is told with all other faults. */
export function duplicateFaults(value: unknown, origin: ConfigOrigin): ConfigFault[] {
  const cameras = valueAt(value, ["cameras"]);
  if (!Array.isArray(cameras)) return [];
  const firstWith = new Map<unknown, number>();
  return cameras.flatMap((camera: unknown, index) => {
    const id = valueAt(camera, ["id"]);
    const first = firstWith.get(id);
    if (first === undefined) firstWith.set(id, index);
    if (first === undefined || typeof id !== "string") return [];
    const path = ["cameras", index, "id"];
    return [
      () =>
        `${place(path, origin)}: ${shown(path, id)} is already the id of cameras.${first}; accepted: an id that no other camera has`,
    ];
  });
}

function unknownKeyFault(path: Path, origin: ConfigOrigin): string {
  const parent = path
    .slice(0, -1)
    .map((key) => (typeof key === "number" ? "*" : String(key)))
    .join(".");
  const keys = ACCEPTED_KEYS[parent] ?? [];
  return `${place(path, origin)}: this key is not known; accepted: ${keys.join(", ")}`;
}

function place(path: Path, origin: ConfigOrigin): string {
  const key = path.map(String).join(".");
  const variable = origin.environment.get(key);
  if (variable !== undefined) return `environment ${variable}`;
  const line = lineOf(path, origin);
  const file = line === null ? origin.fileName : `${origin.fileName}:${line}`;
  return key === "" ? file : `${file} ${key}`;
}

/** The line of the value, or of the nearest thing around it that the file holds. */
function lineOf(path: Path, { document, lines }: ConfigOrigin): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function shown(path: Path, value: unknown): string {
  if (value === undefined) return "is missing";
  // A key may be a private one that was pasted by mistake.
  if (path.at(-1) === "password" || path[0] === "trustedKeys") return "(hidden)";
  // A refused address may hold a password in a place where no address has one.
  const secretFree = (text: string) => redactUrls(text.replace(/:\/\/.*@/, "://***@"));
  const text = typeof value === "string" ? secretFree(value) : value;
  return (JSON.stringify(text) ?? String(text)).slice(0, 200);
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
