import { existsSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readAgentConfig } from "@sentinel/edge-agent/config";
import { cameraSchema } from "@sentinel/edge-agent/config-schema";
import { edgeError } from "@sentinel/edge-agent/errors";
import { loadCatalog } from "@sentinel/edge-agent/model/catalog";
import { redactUrls } from "@sentinel/edge-agent/source/redact-url";
import { stringify } from "yaml";
import { localError } from "../errors.ts";
import { repositoryPath } from "./repository.ts";
import type { StartOptions } from "./start-options.ts";

/** Simulated cameras where nobody asked for a number or brought cameras. */
const DEFAULT_SIMULATED = 4;

/** What an agent will be told to watch. */
export interface EdgeSetup {
  nodeId: string;
  /** Where its agent keeps everything, by name below the data directory. */
  folder: string;
  /** Model by name or file; null takes the catalog's default. */
  model: string | null;
  modelCatalog: string;
  simulated: number;
  own: { id: string; name: string; url: string }[];
  /** The user's own configuration, as read. */
  base: Record<string, unknown>;
}

/**
 * Reads options and the user's configuration, finds every fault that can be known before anything is
 * started, and deals the cameras out to the nodes. Of several nodes the first is the canary, which new
 * models reach before the others.
 * @throws CodedError CONFIG_INVALID with every fault of the file, INPUT_INVALID naming the option.
 */
export async function planNodes(options: StartOptions): Promise<EdgeSetup[]> {
  const whole = await planEdge(options);
  const { nodes } = options;
  if (nodes === 1) return [whole];
  const stem = whole.nodeId.replace(/-\d+$/, "");
  const configured = Array.isArray(whole.base.cameras) ? whole.base.cameras : [];
  return Array.from({ length: nodes }, (_, node) => {
    const own = <T>(items: readonly T[]) => items.filter((_item, index) => index % nodes === node);
    const labels = { channel: "stable", ring: node === 0 ? "canary" : "broad" };
    return {
      ...whole,
      nodeId: `${stem}-${node + 1}`,
      folder: node === 0 ? whole.folder : `${whole.folder}-${node + 1}`,
      simulated: own(Array.from({ length: whole.simulated })).length,
      own: own(whole.own),
      base: { ...whole.base, labels, cameras: own(configured) },
    };
  });
}

async function planEdge(options: StartOptions): Promise<EdgeSetup> {
  const config = options.config === null ? null : readAgentConfig(options.config);
  const base = JSON.parse(JSON.stringify(config ?? {})) as Record<string, unknown>;
  const taken = new Set(config?.cameras.map(({ id }) => id));
  const ids = freeIds("own", taken);
  const own = options.camera.map((given, index) => ({
    id: ids(),
    name: cameraName(given, index),
    url: cameraAddress(given),
  }));
  const modelCatalog = config?.modelCatalog ?? repositoryPath("fleet/state/models.yaml");
  const model = options.model ?? config?.model ?? null;
  if (model !== null) await checkModel(model, modelCatalog, options);
  return {
    nodeId: config?.nodeId ?? "local-1",
    folder: "edge",
    model,
    modelCatalog,
    simulated: options.cameras ?? (own.length + taken.size > 0 ? 0 : DEFAULT_SIMULATED),
    own,
    base,
  };
}

/** Writes an agent's configuration file into its folder and returns its path. */
export function writeEdgeConfig(
  setup: EdgeSetup,
  folder: string,
  simulated: readonly { id: string; name: string; url: string }[],
): string {
  const configured = Array.isArray(setup.base.cameras) ? setup.base.cameras : [];
  const config = {
    ...setup.base,
    nodeId: setup.nodeId,
    dataDir: folder,
    ...(setup.model === null
      ? {}
      : { model: setup.model.endsWith(".onnx") ? resolve(setup.model) : setup.model }),
    cameras: [...configured, ...setup.own, ...simulated],
  };
  const file = join(folder, "agent.yaml");
  // Camera addresses hold passwords.
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

/** Names the simulated cameras of all nodes; no id is one that a configuration gives. */
export function nameSimulated(
  nodes: readonly EdgeSetup[],
  urls: readonly string[],
): { id: string; name: string; url: string }[] {
  const configured = nodes.flatMap(({ base }) => (Array.isArray(base.cameras) ? base.cameras : []));
  const ids = freeIds("square", new Set(configured.map(({ id }) => String(id))));
  return urls.map((url, index) => ({ id: ids(), name: `Square ${index + 1}`, url }));
}

/** Gives `prefix-1`, `prefix-2`, … without those that are taken. */
function freeIds(prefix: string, taken: ReadonlySet<string>): () => string {
  let last = 0;
  return () => {
    do last += 1;
    while (taken.has(`${prefix}-${last}`));
    return `${prefix}-${last}`;
  };
}

/** What `--camera` was given, as the agent takes it. @throws INPUT_INVALID */
function cameraAddress(given: string): string {
  const refuse = (why: string) =>
    localError(
      "INPUT_INVALID",
      `--camera ${redactUrls(given.replace(/:\/\/.*@/, "://***@"))}: ${why}`,
    );
  const address = cameraSchema.shape.url.safeParse(given);
  if (!address.success) {
    throw refuse(`accepted: ${address.error.issues[0]?.message ?? "an address"}`);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(given)) return given;
  const path = resolve(given);
  if (!existsSync(path)) {
    throw refuse(
      "there is no such file; a camera's address begins with rtsp://, http:// or https://",
    );
  }
  return path;
}

/**
 * A model that is neither in the catalog nor a file.
 * @throws CONFIG_INVALID, INPUT_INVALID naming file and key, or the option.
 */
async function checkModel(
  model: string,
  catalogPath: string,
  options: StartOptions,
): Promise<void> {
  const isFile = model.endsWith(".onnx");
  const names = isFile ? [] : Object.keys((await loadCatalog(catalogPath)).models);
  if (isFile ? existsSync(resolve(model)) : names.includes(model)) return;
  const why = isFile
    ? "there is no such file"
    : `accepted: ${names.join(", ")}, or the path of an .onnx file`;
  if (options.model !== null) throw localError("INPUT_INVALID", `--model ${model}: ${why}`);
  throw edgeError("CONFIG_INVALID", `${options.config} model: ${JSON.stringify(model)}; ${why}`);
}

/** A name for people that holds no password: the host and which one it is, or the file's name. */
function cameraName(url: string, index: number): string {
  try {
    const { hostname, pathname } = new URL(url);
    // Paths and queries of cameras often hold a password, so only the host is shown.
    const place = hostname === "" ? basename(pathname) : `${hostname} (${index + 1})`;
    return place === "" ? `Own ${index + 1}` : place.slice(0, 100);
  } catch {
    return basename(url).slice(0, 100) || `Own ${index + 1}`;
  }
}
