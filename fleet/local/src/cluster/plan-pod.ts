import { join } from "node:path";
import { expand, resolvedEnvironment } from "@sentinel/k3s/config/environment";
import { mountedFiles } from "@sentinel/k3s/config/mounted-files";
import { isOurImage } from "@sentinel/k3s/config/our-programs";
import { type ContainerAt, containersOf } from "@sentinel/k3s/document/pod-template";
import type { LocalAddresses } from "./local-addresses.ts";
import { isJob, type PlacedPod } from "./placed-pod.ts";
import { planProbe } from "./plan-probe.ts";
import type { PlannedProbe } from "./probe.ts";
import type { Substitutions } from "./substitutions.ts";

/** One process of a pod. */
export interface PlannedContainer {
  /** `ingest-0/ingest`. */
  name: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  startup: PlannedProbe | null;
  readiness: PlannedProbe | null;
  liveness: PlannedProbe | null;
}

/** A pod as this machine can run it. */
export interface PlannedPod {
  placed: PlacedPod;
  /** Folders to make, files to write into them, by absolute path. */
  folders: readonly string[];
  /** Folders that begin empty with each start. */
  emptied: readonly string[];
  files: ReadonlyMap<string, string>;
  /** In the order in which they start. */
  containers: readonly PlannedContainer[];
  graceMs: number;
  preStopMs: number;
}

export interface PlanContext {
  /** Folder of all pods' volumes. */
  root: string;
  addresses: LocalAddresses;
  substitutions: Substitutions;
  /** What each process needs to find programs of this machine, and to trust its certificate. */
  machine: Readonly<Record<string, string>>;
  /** Where a pod with a ServiceAccount's token finds the API server. */
  account: Readonly<Record<string, string>>;
  /** What a container without a command of its own runs. */
  standIn: (placed: PlacedPod) => StandIn | null;
}

/** A program of this machine in the place of an image's own. */
export interface StandIn {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** The image's own address for probes; null asks only whether the port is open. */
  probes: "manifest" | "port";
  /** What it needs beside the pod's own files, by absolute path. */
  files?: ReadonlyMap<string, string>;
}

type Container = ContainerAt["container"];

/** Settings by which our programs listen: port and address. */
const LISTENING = /^SENTINEL_(HTTP|HEALTH)_(PORT|HOST)$/;
/** Networks of the cluster's pods, as proxies are trusted by. */
const POD_NETWORK = "10.42.0.0/16";

/** What each container of a pod is to run, with which environment and files: the manifest's own, but for this machine's names. */
export function planPod(placed: PlacedPod, context: PlanContext): PlannedPod {
  const { template, rendered } = placed;
  const mounts = new Map<string, string>();
  const emptied: string[] = [];
  const files = new Map<string, string>();
  const containers = containersOf(template).map((at) => ({
    ...at,
    ...volumesOf(placed, at.container, context),
  }));
  for (const { paths } of containers) for (const [path, folder] of paths) mounts.set(path, folder);
  for (const { name, emptyDir } of template.spec.volumes ?? []) {
    if (emptyDir !== undefined) emptied.push(volumeFolder(placed, context, name));
  }
  for (const { container, paths } of containers) {
    const environment = resolvedEnvironment(rendered, template, container);
    for (const [path, text] of mountedFiles(rendered, template, container, environment)) {
      const isSecret =
        paths.has(path.slice(0, path.lastIndexOf("/"))) && secretAt(placed, container, path);
      files.set(relocated(path, paths), isSecret ? text : configHere(text, placed, paths, context));
    }
  }
  const planned = containers.map(({ container, paths }) => {
    const standIn = container.command === undefined ? context.standIn(placed) : null;
    for (const [path, text] of standIn?.files ?? []) files.set(path, text);
    return planContainer(placed, container, paths, standIn, context);
  });
  return {
    placed,
    folders: [...new Set(mounts.values())],
    emptied,
    files,
    containers: planned,
    graceMs: (template.spec.terminationGracePeriodSeconds ?? 30) * 1000,
    preStopMs: preStopSeconds(template.spec.containers) * 1000,
  };
}

function planContainer(
  placed: PlacedPod,
  container: Container,
  paths: ReadonlyMap<string, string>,
  standIn: StandIn | null,
  context: PlanContext,
): PlannedContainer {
  const { template, rendered, name } = placed;
  const variables = resolvedEnvironment(rendered, template, container);
  const told = new Map(variables.map(({ name, value }) => [name, value]));
  const here = (text: string) =>
    relocated(context.addresses.here(template.namespace, text), paths, context.substitutions);
  const env = Object.fromEntries(
    variables.map(({ name, value }) => [
      name,
      listeningHere(name, value, placed, context) ?? here(value),
    ]),
  );
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const command =
    container.command === undefined
      ? standIn?.command
      : words.map((word, at) => (at === 0 ? programHere(word) : here(expand(word, told))));
  if (command === undefined)
    throw new Error(`${name} has no command, and nothing stands in for it`);
  const probeContext = {
    ports: placed.ports,
    container,
    env: { ...context.machine, ...env },
    here: (word: string) => relocated(word, paths),
    onlyPorts: standIn?.probes === "port",
  };
  const account = template.spec.automountServiceAccountToken === true ? context.account : {};
  const ours = isOurImage(container.image) ? context.machine : { PATH: context.machine.PATH ?? "" };
  return {
    name: `${name}/${container.name}`,
    command,
    env: { ...ours, ...env, ...account, ...standIn?.env },
    startup: planProbe(container.startupProbe, probeContext),
    readiness: isJob(placed) ? null : planProbe(container.readinessProbe, probeContext),
    liveness: planProbe(container.livenessProbe, probeContext),
  };
}

/** Node is the one that runs this; other programs lie where they do in their image. */
function programHere(program: string): string {
  return program === "node" ? process.execPath : program;
}

/** A port or address to listen on, as this machine has it; undefined for what is none. */
function listeningHere(
  name: string,
  value: string,
  { ports, name: pod }: PlacedPod,
  { substitutions }: PlanContext,
): string | undefined {
  if (name === "SENTINEL_TRUSTED_PROXIES" && value === POD_NETWORK) {
    return substitutions.record("pod network", `${name}=${value}`, "127.0.0.1");
  }
  if (!LISTENING.test(name)) return undefined;
  if (name.endsWith("_HOST")) {
    return substitutions.record("address to listen on", `${name}=${value}`, "127.0.0.1");
  }
  const port = ports.get(Number(value));
  if (port === undefined) return undefined;
  return substitutions.record("container port", `${pod}: ${name}=${value}`, String(port));
}

/** A ConfigMap's file: paths, names, and the listeners of Mosquitto. */
function configHere(
  text: string,
  placed: PlacedPod,
  paths: ReadonlyMap<string, string>,
  { addresses, substitutions }: PlanContext,
): string {
  const listening = text.replaceAll(/^listener (\d+)$/gm, (whole, port: string) => {
    const local = placed.ports.get(Number(port));
    if (local === undefined) return whole;
    substitutions.record("container port", `${placed.name}: ${whole}`, String(local));
    return `listener ${local} 127.0.0.1`;
  });
  const allowed = asItself(listening, substitutions);
  return relocated(addresses.here(placed.template.namespace, allowed), paths, substitutions);
}

/** Started as root, Mosquitto would become a user who may not read the data directory. */
function asItself(text: string, substitutions: Substitutions): string {
  if (process.getuid?.() !== 0) return text;
  return text.replace(/^per_listener_settings /m, (setting) => {
    substitutions.record(
      "user",
      "mosquitto.conf: user of the image",
      "root, as cluster:local itself",
    );
    return `user root\n${setting}`;
  });
}

/** Paths that are mounts, as this machine has them; a longer mount goes before a shorter one. */
function relocated(
  text: string,
  paths: ReadonlyMap<string, string>,
  substitutions?: Substitutions,
): string {
  const longestFirst = [...paths].sort(([one], [other]) => other.length - one.length);
  if (longestFirst.length === 0) return text;
  const escaped = longestFirst.map(([path]) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w./)])(${escaped.join("|")})(?![\\w.-])`, "g");
  return text.replaceAll(pattern, (path) => {
    substitutions?.record("mount", path, "a folder of the pod's below the data directory");
    return paths.get(path) ?? path;
  });
}

/** Mount paths of a container, each with the folder of its volume. */
function volumesOf(
  placed: PlacedPod,
  container: Container,
  context: PlanContext,
): { paths: Map<string, string> } {
  const paths = new Map<string, string>();
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    paths.set(mountPath, volumeFolder(placed, context, name));
  }
  return { paths };
}

function volumeFolder(
  { template, name }: PlacedPod,
  { root }: PlanContext,
  volume: string,
): string {
  return join(root, template.namespace, name, volume);
}

function secretAt({ template }: PlacedPod, container: Container, path: string): boolean {
  const mount = container.volumeMounts?.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  return template.spec.volumes?.find(({ name }) => name === mount?.name)?.secret !== undefined;
}

function preStopSeconds(containers: readonly Container[] = []): number {
  return Math.max(0, ...containers.map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0));
}
