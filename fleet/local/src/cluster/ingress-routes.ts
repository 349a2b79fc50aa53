import type { KubeObject } from "@sentinel/k3s/document/kube-object";
import type { Rendered } from "@sentinel/k3s/document/rendered";
import type { ServicePort } from "@sentinel/k3s/references/service-ports";
import { portsBehind } from "./place-services.ts";
import type { PlacedPod } from "./placed-pod.ts";

/** A path of a host, and who answers it. */
export interface IngressRoute {
  host: string;
  path: string;
  pathType: "Prefix" | "Exact";
  /** For people. */
  service: string;
  /** Ports of this machine; of pods that are ready only. */
  ports: number[];
}

interface IngressPath {
  path?: string;
  pathType: string;
  backend: { service: { name: string; port: { name?: string; number?: number } } };
}

/** The Ingresses' rules, the longest path first, as the ingress controller would try them. */
export function ingressRoutes(rendered: Rendered, ready: readonly PlacedPod[]): IngressRoute[] {
  return rendered
    .ofKind("Ingress")
    .flatMap((ingress) =>
      (ingress.spec.rules as { host: string; http: { paths: IngressPath[] } }[]).flatMap(
        ({ host, http }) => http.paths.map((path) => route(rendered, ingress, host, path, ready)),
      ),
    )
    .sort((one, other) => other.path.length - one.path.length);
}

/** The hosts of all Ingresses. */
export function ingressHosts(rendered: Rendered): string[] {
  return [...new Set(ingressRoutes(rendered, []).map(({ host }) => host))];
}

/** Kubernetes' rules: a prefix counts whole parts of a path. */
export function matches({ path, pathType }: IngressRoute, asked: string): boolean {
  if (pathType === "Exact") return asked === path;
  const prefix = path.replace(/\/$/, "");
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

function route(
  rendered: Rendered,
  ingress: KubeObject,
  host: string,
  { path = "/", pathType, backend }: IngressPath,
  ready: readonly PlacedPod[],
): IngressRoute {
  const { name, port } = backend.service;
  const service = rendered.find("Service", ingress.metadata.namespace, name);
  const ports: ServicePort[] = service?.spec.ports ?? [];
  const target = ports.find((one) => one.name === port.name || one.port === port.number);
  return {
    host,
    path,
    pathType: pathType === "Exact" ? "Exact" : "Prefix",
    service: name,
    ports:
      service === undefined || target === undefined
        ? []
        : portsBehind(rendered, service, target, ready),
  };
}
