import type { ContainerAt } from "@sentinel/k3s/document/pod-template";
import type { PlannedProbe } from "./probe.ts";

type Container = ContainerAt["container"];
type ManifestProbe = NonNullable<Container["readinessProbe"]>;

/** What a probe needs to know of its container. */
export interface ProbeContext {
  ports: ReadonlyMap<number, number>;
  container: Container;
  env: Readonly<Record<string, string>>;
  here: (word: string) => string;
  /** A stand-in knows no addresses for probes: an open port will do. */
  onlyPorts: boolean;
}

/** A manifest's probe with this machine's ports and paths; the kubelet's own defaults where it is silent. */
export function planProbe(
  manifest: ManifestProbe | undefined,
  context: ProbeContext,
): PlannedProbe | null {
  const check = manifest === undefined ? null : planCheck(manifest, context);
  if (manifest === undefined || check === null) return null;
  return {
    check,
    periodMs: (manifest.periodSeconds ?? 10) * 1000,
    timeoutMs: (manifest.timeoutSeconds ?? 1) * 1000,
    failures: manifest.failureThreshold ?? 3,
  };
}

function planCheck(
  { httpGet, tcpSocket, exec }: ManifestProbe,
  context: ProbeContext,
): PlannedProbe["check"] | null {
  if (httpGet !== undefined && context.onlyPorts) {
    return { kind: "tcp", port: portOf(httpGet.port, context) };
  }
  if (httpGet !== undefined) {
    const headers = Object.fromEntries(
      (httpGet.httpHeaders ?? []).map(({ name, value }) => [name, value]),
    );
    return {
      kind: "http",
      port: portOf(httpGet.port, context),
      path: httpGet.path ?? "/",
      headers,
    };
  }
  if (tcpSocket !== undefined) return { kind: "tcp", port: portOf(tcpSocket.port, context) };
  if (exec?.command === undefined) return null;
  return { kind: "exec", command: exec.command.map(context.here), env: context.env };
}

function portOf(port: string | number, { ports, container }: ProbeContext): number {
  const named = container.ports?.find(
    ({ name, containerPort }) => port === name || port === containerPort,
  );
  return ports.get(named?.containerPort ?? Number(port)) ?? 0;
}
