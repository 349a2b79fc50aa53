import { readFileSync, statSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CodedError } from "@sentinel/protocol/coded-error";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import {
  type ConfigFault,
  type ConfigOrigin,
  duplicateFaults,
  repeatedKeyFaults,
  schemaFaults,
  tellFaults,
} from "./config-faults.ts";
import { agentConfigSchema } from "./config-schema.ts";
import { edgeError } from "./errors.ts";
import { redactUrls } from "./source/redact-url.ts";

/** The file's content, checked; paths are absolute, what was left out and has no default is absent. */
export type AgentConfig = z.output<typeof agentConfigSchema>;
export type CameraConfig = AgentConfig["cameras"][number];

/** A configuration with everything decided that the agent needs. */
export interface LoadedAgentConfig extends AgentConfig {
  dataDir: string;
  modelCatalog: string;
  modelCacheDir: string;
  detectWorkers: number;
}

/** Which key of the file each environment variable sets. */
const ENVIRONMENT: Readonly<Record<string, readonly [string, ...string[]]>> = {
  SENTINEL_NODE_ID: ["nodeId"],
  SENTINEL_DATA_DIR: ["dataDir"],
  SENTINEL_BROKER_URL: ["broker", "url"],
  SENTINEL_BROKER_USERNAME: ["broker", "username"],
  SENTINEL_BROKER_PASSWORD: ["broker", "password"],
  SENTINEL_HEALTH_HOST: ["health", "host"],
  SENTINEL_HEALTH_PORT: ["health", "port"],
  SENTINEL_LOG_LEVEL: ["logLevel"],
  SENTINEL_TRUSTED_KEYS_FILE: ["trustedKeysFile"],
  FFMPEG_PATH: ["ffmpegPath"],
};

/** The catalog that comes with the repository. */
const DEFAULT_CATALOG = fileURLToPath(new URL("../../fleet/state/models.yaml", import.meta.url));

/** A configuration is a few pages of text; anything larger is another file. */
const MAX_FILE_BYTES = 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

const CONFIG_FILE = "the path of the agent's configuration (YAML)";

/**
 * Reads the configuration file alone, without what the environment would lay over it.
 *
 * @throws CONFIG_INVALID whose message lists every fault, one a line.
 */
export function readAgentConfig(path: string): AgentConfig {
  return parseAgentConfig(read(path, CONFIG_FILE), path);
}

/**
 * Parses a configuration file's text; relative paths in it are relative to the file.
 *
 * @throws CONFIG_INVALID whose message lists every fault, one a line.
 */
export function parseAgentConfig(text: string, fileName: string): AgentConfig {
  return parse(text, fileName, {});
}

/**
 * Reads the configuration file, lays the environment over it and decides what was left open.
 *
 * @throws CONFIG_INVALID whose message lists every fault, one a line.
 */
export function loadAgentConfig(
  path: string,
  environment: Environment = process.env,
): LoadedAgentConfig {
  const text = read(path, CONFIG_FILE);
  const config = parse(text, path, withPasswordFile(environment));
  const home = homedir();
  const dataHome = environment.XDG_DATA_HOME || join(home, ".local", "share");
  const cacheHome = environment.XDG_CACHE_HOME || join(home, ".cache");
  return deepFreeze({
    ...config,
    trustedKeys: [...config.trustedKeys, ...readKeysFile(config.trustedKeysFile)],
    dataDir: config.dataDir ?? join(dataHome, "sentinel", "edge"),
    modelCatalog: config.modelCatalog ?? DEFAULT_CATALOG,
    modelCacheDir: config.modelCacheDir ?? join(cacheHome, "sentinel", "models"),
    detectWorkers: config.detectWorkers ?? Math.max(1, availableParallelism()),
  });
}

/** The broker's password may lie in a file of its own, as orchestrators hand secrets over. */
const PASSWORD_FILE = "SENTINEL_BROKER_PASSWORD_FILE";

function withPasswordFile(environment: Environment): Environment {
  const file = environment[PASSWORD_FILE];
  if (!file) return environment;
  if (environment.SENTINEL_BROKER_PASSWORD) {
    const fault = `environment ${PASSWORD_FILE}: SENTINEL_BROKER_PASSWORD is given too; accepted: only one of them`;
    throw edgeError("CONFIG_INVALID", fault);
  }
  const password = read(file, `the path in ${PASSWORD_FILE} of a file with the broker's password`);
  return { ...environment, SENTINEL_BROKER_PASSWORD: password.replace(/\r?\n$/, "") };
}

const PEM_BLOCK = /-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g;

/** The public keys of a file, one PEM block each. */
function readKeysFile(path: string | undefined): string[] {
  if (path === undefined) return [];
  const blocks = read(path, "the path of a file with public keys (PEM)").match(PEM_BLOCK) ?? [];
  const keys = agentConfigSchema.shape.trustedKeys.safeParse(blocks);
  if (keys.success && blocks.length > 0) return keys.data;
  throw invalid([() => `${path}: accepted: one to 16 Ed25519 public keys in PEM`]);
}

function read(path: string, what: string): string {
  try {
    const stats = statSync(path);
    // A pipe is how a shell hands over what it makes; a device may have no end.
    if (!stats.isFile() && !stats.isFIFO()) {
      const kind = stats.isDirectory() ? "a folder" : "not a file";
      throw invalid([() => `${path}: is ${kind}; accepted: ${what}`]);
    }
    if (stats.size > MAX_FILE_BYTES) {
      throw invalid([
        () => `${path}: has ${stats.size} bytes; accepted: at most ${MAX_FILE_BYTES}`,
      ]);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
    throw edgeError("CONFIG_INVALID", `${path}: ${why}; accepted: ${what}`, error);
  }
}

function parse(text: string, fileName: string, environment: Environment): AgentConfig {
  const lines = new LineCounter();
  // Its own search for keys that stand twice takes minutes with 100,000 keys.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  });
  if (document.errors.length > 0) {
    throw invalid(
      document.errors.map(
        ({ message, pos }) =>
          () =>
            `${fileName}:${lines.linePos(pos[0]).line}: ${redactUrls(message)}; accepted: YAML 1.2`,
      ),
    );
  }
  const variables = new Map<string, string>();
  for (const [name, key] of Object.entries(ENVIRONMENT)) {
    if (environment[name]) variables.set(key.join("."), name);
  }
  const value = withEnvironment(
    toValue(fileName, () => document.toJS()),
    environment,
  );
  const origin: ConfigOrigin = { fileName, document, lines, environment: variables };
  const result = agentConfigSchema.safeParse(value);
  const faults = [
    ...repeatedKeyFaults(origin),
    ...(result.success ? [] : schemaFaults(result.error, value, origin)),
    ...duplicateFaults(value, origin),
  ];
  if (!result.success || faults.length > 0) throw invalid(faults);
  return withAbsolutePaths(result.data, dirname(resolve(fileName)));
}

/** An alias bomb is refused by the parser while the value is made. */
function toValue(fileName: string, make: () => unknown): unknown {
  try {
    return make() ?? {};
  } catch (error) {
    throw invalid([() => `${fileName}: ${error instanceof Error ? error.message : error}`]);
  }
}

function withEnvironment(value: unknown, environment: Environment): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const merged: Record<string, unknown> = { ...value };
  for (const [name, [key, inner]] of Object.entries(ENVIRONMENT)) {
    const given = environment[name];
    if (!given) continue;
    if (inner === undefined) merged[key] = given;
    else merged[key] = { ...(merged[key] as object | undefined), [inner]: given };
  }
  return merged;
}

function withAbsolutePaths(config: AgentConfig, folder: string): AgentConfig {
  const absolute: AgentConfig = {
    ...config,
    cameras: config.cameras.map((camera) => ({
      ...camera,
      url: /^[a-z][a-z0-9+.-]+:\/\//i.test(camera.url) ? camera.url : resolve(folder, camera.url),
    })),
  };
  for (const key of ["dataDir", "modelCatalog", "modelCacheDir", "trustedKeysFile"] as const) {
    const path = config[key];
    if (path !== undefined) absolute[key] = resolve(folder, path);
  }
  if (config.model?.endsWith(".onnx")) absolute.model = resolve(folder, config.model);
  if (config.ffmpegPath?.includes("/")) absolute.ffmpegPath = resolve(folder, config.ffmpegPath);
  return absolute;
}

function invalid(faults: readonly ConfigFault[]): Error {
  return edgeError("CONFIG_INVALID", tellFaults(faults));
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
