import { resolvedEnvironment } from "../config/environment.ts";
import type { KubeObject } from "../document/kube-object.ts";
import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { podsBehind, servicePorts, targetOf } from "../references/service-ports.ts";
import { allowedPorts } from "./allowed-ports.ts";
import type { Peer } from "./peers.ts";
import { without } from "./port-set.ts";

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  mqtt: 1883,
  mqtts: 8883,
  postgres: 5432,
};
const ADDRESS = /\b([a-z]+):\/\/(?:[^/@\s"']*@)?([a-z0-9.-]+)(?::(\d+))?/g;
const HOST_AND_PORT = /^([a-z0-9.-]+):(\d+)$/;

/** An address that a pod is told. */
interface Named {
  text: string;
  host: string;
  port: number;
  path: string;
}

/**
 * What pods are told to call, by their environment and their mounted settings, is there: a Service of that name with
 * that port, which the policies let them reach.
 */
export function checkNamedHosts(rendered: Rendered, peers: readonly Peer[]): Remark[] {
  return rendered.pods.flatMap((pod) =>
    [...inEnvironment(rendered, pod), ...inFiles(rendered, pod)].flatMap((named) => {
      const place = serviceOf(rendered, pod, named.host);
      if (place === null) return [];
      return placeRemarks(rendered, peers, pod, named, place);
    }),
  );
}

function placeRemarks(
  rendered: Rendered,
  peers: readonly Peer[],
  pod: PodTemplate,
  { text, port, path }: Named,
  { name, namespace }: { name: string; namespace: string },
): Remark[] {
  const object = pod.owner;
  const service = rendered.find("Service", namespace, name);
  if (service === undefined) {
    const problem = `${text}: there is no Service/${name} in namespace ${namespace}`;
    const fix = `one that is there: ${rendered.namesOf("Service", namespace)}`;
    return [{ object, rule: "named-service-exists", path, problem, fix }];
  }
  const ports = servicePorts(service);
  const own = ports.find((candidate) => candidate.port === port);
  if (own === undefined) {
    const problem = `${text}: Service/${name} has no port ${port}`;
    const fix = `one of its ports: ${ports.map((candidate) => candidate.port).join(", ")}`;
    return [{ object, rule: "named-port-exists", path, problem, fix }];
  }
  const from = peers.find(({ template }) => template === pod);
  const unreachable = podsBehind(rendered, service).some((behind) => {
    const to = peers.find(({ template }) => template === behind);
    const listened = targetOf(behind, own);
    if (from === undefined || to === undefined || listened === null || from === to) return false;
    const wanted = [{ protocol: listened.protocol, from: listened.port, to: listened.port }];
    return [
      allowedPorts(rendered, from, to, "Egress"),
      allowedPorts(rendered, to, from, "Ingress"),
    ].some((allowed) => without(wanted, allowed).length > 0);
  });
  if (!unreachable) return [];
  const problem = `${text}: no network policy lets it reach Service/${name}`;
  const fix = "the flow in k3s/flows.yaml and in the policies of both sides";
  return [{ object, rule: "named-service-reachable", path, problem, fix }];
}

/** Which Service a host name means, where it can only mean one of this cluster. */
function serviceOf(
  rendered: Rendered,
  pod: PodTemplate,
  host: string,
): { name: string; namespace: string } | null {
  const [name = "", namespace, ...rest] = host.split(".");
  if (host === "localhost" || /^[\d.]+$/.test(host)) return null;
  if (namespace === undefined) return { name, namespace: pod.namespace };
  const isOurs = rendered.ofKind("Namespace").some(({ metadata }) => metadata.name === namespace);
  const isCluster = rest.length === 0 || rest.join(".").startsWith("svc");
  return isOurs && isCluster ? { name, namespace } : null;
}

function inEnvironment(rendered: Rendered, pod: PodTemplate): Named[] {
  return containersOf(pod).flatMap(({ container, path }) =>
    resolvedEnvironment(rendered, pod, container).flatMap(({ name, value }) => {
      const at = `${path} env ${name}`;
      const lists = value.split(",").flatMap((entry) => {
        const [, host, port] = HOST_AND_PORT.exec(entry.trim()) ?? [];
        return host === undefined ? [] : [{ text: entry, host, port: Number(port), path: at }];
      });
      return [...lists, ...addressesIn(value, at)];
    }),
  );
}

function inFiles(rendered: Rendered, pod: PodTemplate): Named[] {
  return (pod.spec.volumes ?? []).flatMap(({ name, configMap }) => {
    const map: KubeObject | undefined =
      configMap?.name === undefined
        ? undefined
        : rendered.find("ConfigMap", pod.namespace, configMap.name);
    const files: Record<string, string> = map?.data ?? {};
    return Object.entries(files).flatMap(([file, text]) =>
      addressesIn(withoutComments(text), `volume ${name}, ${file}`),
    );
  });
}

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*#.*$/gm, "");
}

function addressesIn(text: string, path: string): Named[] {
  return [...text.matchAll(ADDRESS)].map(([address, scheme = "", host = "", port]) => ({
    text: address.replace(/\/\/.*@/, "//…@"),
    host,
    port: Number(port ?? DEFAULT_PORTS[scheme] ?? 0),
    path,
  }));
}
