import { readFileSync, statSync } from "node:fs";
import type { z } from "zod";
import { localError } from "../errors.ts";

/** Larger files are no labels and no detections of ours. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Faults that are told of one file. */
const MAX_TOLD = 10;
const MAX_SHOWN = 80;

/**
 * Reads a JSON file that a person gave.
 * @throws CodedError INPUT_INVALID that names the file, each place, what is there and what would be right.
 */
export function readInputFile<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  const refuse = (what: string, cause?: unknown) =>
    localError("INPUT_INVALID", `${path}: ${what}`, cause);
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw refuse(`${size} bytes; at most ${MAX_BYTES} are read`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && error.name === "CodedError") throw error;
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refuse(`not JSON: ${error instanceof Error ? error.message : error}`, error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const lines = issues.slice(0, MAX_TOLD).map(({ path: place, message }) => {
    const where = place.length === 0 ? "the file" : place.map(String).join(".");
    return `${where} is ${shown(valueAt(json, place))}; accepted: ${message}`;
  });
  const more = issues.length > MAX_TOLD ? [`and ${issues.length - MAX_TOLD} more`] : [];
  throw refuse([...lines, ...more].join("\n"));
}

function valueAt(json: unknown, place: readonly PropertyKey[]): unknown {
  return place.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    json,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
