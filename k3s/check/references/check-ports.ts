import type { KubeObject } from "../document/kube-object.ts";
import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { listenedPorts, podsBehind, servicePorts, targetOf } from "./service-ports.ts";

/** Ports lead to something that listens: those of Services, probes and Ingresses. */
export function checkPorts(rendered: Rendered): Remark[] {
  return [
    ...rendered.ofKind("Service").flatMap((service) => serviceRemarks(rendered, service)),
    ...rendered.pods.flatMap(probeRemarks),
    ...rendered.ofKind("Ingress").flatMap((ingress) => backendRemarks(rendered, ingress)),
  ];
}

function serviceRemarks(rendered: Rendered, service: KubeObject): Remark[] {
  return servicePorts(service).flatMap((servicePort, index) =>
    podsBehind(rendered, service)
      .filter((pod) => targetOf(pod, servicePort) === null)
      .map((pod) => ({
        object: service,
        rule: "service-port-listened",
        path: `spec.ports[${index}].targetPort`,
        problem: `${pod.owner.kind}/${pod.owner.metadata.name} does not listen on ${servicePort.targetPort ?? servicePort.port}/${servicePort.protocol ?? "TCP"}`,
        fix: `one of its ports: ${shownPorts(pod)}`,
      })),
  );
}

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;

function probeRemarks(pod: PodTemplate): Remark[] {
  return containersOf(pod).flatMap(({ container, path }) =>
    PROBES.flatMap((name) => {
      const probe = container[name];
      const [how, port] =
        probe?.httpGet !== undefined
          ? ["httpGet", probe.httpGet.port]
          : ["tcpSocket", probe?.tcpSocket?.port];
      if (port === undefined) return [];
      const ports = container.ports ?? [];
      const isThere = ports.some((listened) =>
        typeof port === "number" ? listened.containerPort === port : listened.name === port,
      );
      if (isThere) return [];
      return [
        {
          object: pod.owner,
          rule: "probe-port-listened",
          path: `${path}.${name}.${how}.port`,
          problem: `the container does not listen on ${port}`,
          fix: `one of its ports: ${shownPorts(pod)}`,
        },
      ];
    }),
  );
}

function backendRemarks(rendered: Rendered, ingress: KubeObject): Remark[] {
  const rules: { http?: { paths?: { backend?: Backend }[] } }[] = ingress.spec?.rules ?? [];
  return rules.flatMap((rule, ruleIndex) =>
    (rule.http?.paths ?? []).flatMap(({ backend }, pathIndex) => {
      const path = `spec.rules[${ruleIndex}].http.paths[${pathIndex}].backend.service`;
      const namespace = ingress.metadata.namespace;
      const { name = "", port } = backend?.service ?? {};
      const service = rendered.find("Service", namespace, name);
      if (service === undefined) {
        const fix = `one that is there: ${rendered.namesOf("Service", namespace)}`;
        const problem = `there is no Service/${name} in namespace ${namespace}`;
        return [{ object: ingress, rule: "backend-exists", path: `${path}.name`, problem, fix }];
      }
      const ports = servicePorts(service);
      if (ports.some((own) => own.name === port?.name || own.port === port?.number)) return [];
      return [
        {
          object: ingress,
          rule: "backend-port-exists",
          path: `${path}.port`,
          problem: `Service/${name} has no port ${port?.name ?? port?.number}`,
          fix: `one of its ports: ${ports.map((own) => own.name ?? own.port).join(", ")}`,
        },
      ];
    }),
  );
}

interface Backend {
  service?: { name?: string; port?: { name?: string; number?: number } };
}

function shownPorts(pod: PodTemplate): string {
  const ports = listenedPorts(pod);
  if (ports.length === 0) return "it names none";
  return ports
    .map(({ name, port, protocol }) => `${name ?? port} (${port}/${protocol})`)
    .join(", ");
}
