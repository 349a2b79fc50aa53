import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../document/kube-object.ts";

interface Generator {
  name: string;
  namespace?: string;
}

/** The name without the hash of its contents that kustomize puts behind a generated object's name. */
const HASH = /-[a-z0-9]{10}$/;

/**
 * Which file an object was written in. Rendering merges files and drops where things came from, so
 * this is the file that first makes the object; what an overlay changes in it lies elsewhere.
 */
export class SourceFiles {
  readonly #files = new Map<string, string>();

  /** Reads every YAML file below `root`, the folder k3s. */
  constructor(root: string) {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes("node_modules"));
    const order = ["/base/", "/components/", "/overlays/"];
    const rank = (file: string) => order.findIndex((part) => file.includes(part));
    for (const file of entries.sort((a, b) => rank(a) - rank(b))) {
      this.#read(file, `k3s/${file.slice(root.length + 1)}`);
    }
  }

  /** The file of an object, from the repository's root; the target's own where none is known. */
  fileOf(object: KubeObject, target: string): string {
    const { kind, metadata } = object;
    const { name, namespace = "" } = metadata;
    return (
      this.#files.get(`${kind}/${namespace}/${name}`) ??
      this.#files.get(`${kind}/${namespace}/${name.replace(HASH, "")}`) ??
      `k3s/${target}/kustomization.yaml`
    );
  }

  #read(file: string, shown: string): void {
    for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
      const value = document.toJS() as Partial<KubeObject> | null;
      if (value?.kind === "Kustomization" || value?.kind === "Component") {
        this.#readGenerators(value as never, shown);
      } else if (typeof value?.kind === "string" && value.metadata?.name !== undefined) {
        const { kind, metadata } = value;
        this.#add(`${kind}/${metadata.namespace ?? ""}/${metadata.name}`, shown);
      }
    }
  }

  #readGenerators(
    kustomization: { configMapGenerator?: Generator[]; secretGenerator?: Generator[] },
    shown: string,
  ): void {
    for (const { name, namespace = "" } of kustomization.configMapGenerator ?? []) {
      this.#add(`ConfigMap/${namespace}/${name}`, shown);
    }
    for (const { name, namespace = "" } of kustomization.secretGenerator ?? []) {
      this.#add(`Secret/${namespace}/${name}`, shown);
    }
  }

  #add(key: string, file: string): void {
    if (!this.#files.has(key)) this.#files.set(key, file);
  }
}
