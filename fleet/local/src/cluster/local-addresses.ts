import type { KubeObject } from "@sentinel/k3s/document/kube-object";
import type { Substitutions } from "./substitutions.ts";

/** `host:port` in a setting: a Service by any of its names, or a name of the public. */
const HOST_AND_PORT =
  /(?<![\w.-])([a-z0-9]([a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*):(\d{1,5})(?!\w)/g;

/** Where on this machine is what the manifests name: Services, and the names under which the public comes. */
export class LocalAddresses {
  readonly #services = new Map<string, number>();
  readonly #public = new Map<string, number>();
  readonly #substitutions: Substitutions;

  constructor(substitutions: Substitutions) {
    this.#substitutions = substitutions;
  }

  /** A port of a Service is now a port of this machine. */
  placeService({ metadata }: KubeObject, port: number, localPort: number): void {
    this.#services.set(`${metadata.namespace}/${metadata.name}:${port}`, localPort);
  }

  /** A port of a name that the public uses is now a port of this machine. */
  placePublic(name: string, port: number, localPort: number): void {
    this.#public.set(`${name}:${port}`, localPort);
  }

  /** Where the public comes to this name. */
  publicPort(name: string, port: number): number | undefined {
    return this.#public.get(`${name}:${port}`);
  }

  /** The text as a program of this machine can use it, as told to a pod of `namespace`. */
  here(namespace: string, text: string): string {
    const withPorts = text.replaceAll(
      /\bhttps:\/\/([a-z0-9][a-z0-9.-]*)(?![\w.:-])/g,
      (whole, name: string) => (this.#public.has(`${name}:443`) ? `https://${name}:443` : whole),
    );
    return withPorts.replaceAll(HOST_AND_PORT, (whole, host: string, _end, port: string) => {
      const found = this.#find(namespace, host, port);
      if (found === undefined) return whole;
      const [kind, localPort] = found;
      return this.#substitutions.record(kind, whole, `127.0.0.1:${localPort}`);
    });
  }

  #find(namespace: string, host: string, port: string): [string, number] | undefined {
    const outside = this.#public.get(`${host}:${port}`);
    if (outside !== undefined) return ["public name", outside];
    const [name, other = namespace, ...rest] = host.split(".");
    if (!/^(svc(\.cluster\.local)?)?$/.test(rest.join("."))) return undefined;
    const inside = this.#services.get(`${other}/${name}:${port}`);
    return inside === undefined ? undefined : ["service", inside];
  }
}
