import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";

/** What `npm start` was asked for. */
export interface StartOptions {
  /** Edge nodes, each with an agent of its own. */
  nodes: number;
  /** Simulated cameras; null where the user brought cameras of their own and named no number. */
  cameras: number | null;
  /** The user's own cameras: RTSP, HLS or MJPEG addresses, or video files. */
  camera: string[];
  config: string | null;
  /** Stop after this many milliseconds; null runs until Ctrl-C. */
  forMs: number | null;
  dataDir: string;
  /** The dashboard's port; null takes 8480 or, where that is in use, the next free one. */
  port: number | null;
  model: string | null;
  /** Open the dashboard in a browser. */
  open: boolean;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `60s`, `10m`, `500ms`, `2h`; a bare number is seconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 0);
  if (ms < 1000 || ms > 7 * 24 * 3_600_000) {
    throw new InvalidArgumentError("A duration from 1s to 168h, for example 60s or 10m.");
  }
  return Math.round(ms);
}

/** A whole number within bounds. */
function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`A whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A folder's name; an empty one, as an unset variable gives, would mean the current folder. */
export function folderName(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("The path of a folder.");
  return text;
}

/** Adds the options of `start` to a command. */
export function addStartOptions(command: Command, defaultDataDir: string): Command {
  return command
    .option("--cameras <n>", "simulated cameras (default: 4)", wholeNumber(0, 64))
    .option(
      "--nodes <n>",
      "edge nodes that share the cameras, each with an agent of its own; the first is the canary",
      wholeNumber(1, 8),
      1,
    )
    .option(
      "--camera <url>",
      "a camera of your own: rtsp://…, http(s)://… (HLS or MJPEG) or a video file; may be repeated",
      (value: string, before: string[]) => [...before, value],
      [] as string[],
    )
    .option("--config <file>", "agent configuration (YAML) with cameras and model")
    .option(
      "--for <duration>",
      "stop after this long, for example 60s, and print figures as JSON",
      parseDuration,
    )
    .option("--data-dir <dir>", "where everything is kept", folderName, defaultDataDir)
    .option(
      "--port <n>",
      "port of the dashboard (default: 8480, or the next free one)",
      wholeNumber(1, 65_535),
    )
    .option("--model <name>", "model of the catalog, or an .onnx file (default: the catalog's)")
    .addOption(new Option("--no-open", "do not open the dashboard in a browser"));
}

/** Turns what commander parsed into options. */
export function toStartOptions(parsed: Record<string, unknown>): StartOptions {
  const text = (key: string) => (typeof parsed[key] === "string" ? parsed[key] : null);
  const count = (key: string) => (typeof parsed[key] === "number" ? parsed[key] : null);
  const config = text("config");
  return {
    cameras: count("cameras"),
    nodes: count("nodes") ?? 1,
    camera: Array.isArray(parsed.camera) ? parsed.camera.map(String) : [],
    config: config === null ? null : resolve(config),
    forMs: count("for"),
    dataDir: resolve(text("dataDir") ?? "."),
    port: count("port"),
    model: text("model"),
    open: parsed.open !== false,
  };
}
