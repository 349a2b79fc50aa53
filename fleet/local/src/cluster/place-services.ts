import type { KubeObject } from "@sentinel/k3s/document/kube-object";
import type { Rendered } from "@sentinel/k3s/document/rendered";
import {
  listenedPorts,
  podsBehind,
  type ServicePort,
} from "@sentinel/k3s/references/service-ports";
import { freePort } from "../start/free-ports.ts";
import type { LocalAddresses } from "./local-addresses.ts";
import type { PlacedPod } from "./placed-pod.ts";

/**
 * Says where each Service's ports are: at its first pod, because there is no kube-proxy here (the Ingress asks all pods in turn, as
 * Traefik does); at a port where nobody listens for what cannot run here. Load balancers' ports are those of the public
 * names that their certificates are for.
 */
export async function placeServices(
  rendered: Rendered,
  pods: readonly PlacedPod[],
  addresses: LocalAddresses,
): Promise<void> {
  for (const service of rendered.ofKind("Service")) {
    const ports: ServicePort[] = service.spec.ports ?? [];
    for (const port of ports) {
      const local = portsBehind(rendered, service, port, pods)[0] ?? (await freePort());
      addresses.placeService(service, port.port, local);
      if (service.spec.type !== "LoadBalancer") continue;
      for (const name of certifiedNames(rendered)) addresses.placePublic(name, port.port, local);
    }
  }
}

/** The ports of this machine on which pods of a Service listen. */
export function portsBehind(
  rendered: Rendered,
  service: KubeObject,
  { port, targetPort = port }: ServicePort,
  pods: readonly PlacedPod[],
): number[] {
  const templates = podsBehind(rendered, service);
  return pods
    .filter(({ template }) => templates.includes(template))
    .flatMap(({ template, ports }) => {
      const listened = listenedPorts(template).find(
        (one) => one.name === targetPort || one.port === targetPort,
      );
      return listened === undefined ? [] : (ports.get(listened.port) ?? []);
    });
}

function certifiedNames(rendered: Rendered): string[] {
  return rendered.ofKind("Certificate").flatMap(({ spec }) => spec.dnsNames as string[]);
}
