import type { KubeObject } from "../document/kube-object.ts";
import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import { hasLabels } from "../document/selects.ts";

/** A port that a container says it listens on. */
export interface ListenedPort {
  name: string | undefined;
  port: number;
  protocol: string;
}

/** The ports that a pod's containers name. */
export function listenedPorts(pod: PodTemplate): ListenedPort[] {
  return containersOf(pod).flatMap(({ container }) =>
    (container.ports ?? []).map(({ name, containerPort, protocol = "TCP" }) => ({
      name,
      port: containerPort,
      protocol,
    })),
  );
}

/** The pods behind a Service. */
export function podsBehind(rendered: Rendered, service: KubeObject): PodTemplate[] {
  const { selector } = service.spec ?? {};
  if (selector === undefined) return [];
  return rendered.pods.filter(
    ({ namespace, labels }) =>
      namespace === service.metadata.namespace && hasLabels(labels, selector),
  );
}

/** One port of a Service, as its manifest has it. */
export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: string | number;
  protocol?: string;
}

export function servicePorts(service: KubeObject): ServicePort[] {
  return service.spec?.ports ?? [];
}

/** The port of the pod that a Service's port leads to; null where nobody listens on it. */
export function targetOf(pod: PodTemplate, servicePort: ServicePort): ListenedPort | null {
  const { port, targetPort = port, protocol = "TCP" } = servicePort;
  const found = listenedPorts(pod).find(
    (listened) =>
      listened.protocol === protocol &&
      (typeof targetPort === "number"
        ? listened.port === targetPort
        : listened.name === targetPort),
  );
  return found ?? null;
}
