import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseAgentConfig } from "@sentinel/edge-agent/config";
import { stringify } from "yaml";
import { localError } from "../errors.ts";
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
  simulated: number;
  own: { id: string; name: string; url: string }[];
  /** The user's own configuration, as read. */
  base: Record<string, unknown>;
}

/**
 * Reads options and the user's configuration, and deals the cameras out to the nodes. Of several nodes
 * the first is the canary, which new models reach before the others.
 * @throws CodedError CONFIG_INVALID with every fault.
 */
export function planNodes(options: StartOptions): EdgeSetup[] {
  const whole = planEdge(options);
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

function planEdge(options: StartOptions): EdgeSetup {
  const base = readConfig(options.config);
  const configured = Array.isArray(base.cameras) ? base.cameras.length : 0;
  const own = options.camera.map((url, index) => ({
    id: `own-${index + 1}`,
    name: cameraName(url, index),
    url: /^[a-z]+:\/\//i.test(url) ? url : resolve(url),
  }));
  return {
    nodeId: typeof base.nodeId === "string" ? base.nodeId : "local-1",
    folder: "edge",
    model: options.model,
    simulated: options.cameras ?? (own.length + configured > 0 ? 0 : DEFAULT_SIMULATED),
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

function readConfig(file: string | null): Record<string, unknown> {
  if (file === null) return {};
  if (!existsSync(file)) {
    throw localError(
      "CONFIG_MISSING",
      `${file}: there is no such file; give --config the path of an agent configuration (YAML)`,
    );
  }
  const config = parseAgentConfig(readFileSync(file, "utf8"), file);
  return JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
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
