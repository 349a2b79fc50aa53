import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import { secretKeys } from "../references/provided-keys.ts";
import { secretValue, type Variable } from "./environment.ts";

/** What lies in a file that only the cluster knows. */
const STAND_IN = "only the cluster knows";

/**
 * Files of a container that stand in a ConfigMap or Secret, by their path in it; of a Secret whose keys only its store
 * knows, those that the environment names.
 */
export function mountedFiles(
  rendered: Rendered,
  pod: PodTemplate,
  container: Container,
  environment: readonly Variable[] = [],
): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    const contents = {
      ...mapContents(rendered, pod, volume?.configMap?.name),
      ...secretContents(rendered, pod, volume?.secret?.secretName),
    };
    const isOpen = holdsAnyKey(rendered, pod, volume?.secret?.secretName);
    for (const { value } of environment) {
      if (isOpen && dirname(value) === mountPath) files.set(value, STAND_IN);
    }
    for (const [key, text] of Object.entries(contents)) {
      if (subPath === undefined) files.set(join(mountPath, key), text);
      else if (subPath === key) files.set(mountPath, text);
    }
  }
  return files;
}

/** A Secret that is made whole of a store's entry holds whatever that does. */
function holdsAnyKey(rendered: Rendered, pod: PodTemplate, name: string | undefined): boolean {
  return name !== undefined && secretKeys(rendered, pod.namespace, name) === "any";
}

/** Writes them below `folder`. */
export function writeBelow(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function mapContents(
  rendered: Rendered,
  pod: PodTemplate,
  name: string | undefined,
): Record<string, string> {
  if (name === undefined) return {};
  return rendered.find("ConfigMap", pod.namespace, name)?.data ?? {};
}

function secretContents(
  rendered: Rendered,
  pod: PodTemplate,
  name: string | undefined,
): Record<string, string> {
  if (name === undefined) return {};
  const isWritten = rendered.find("Secret", pod.namespace, name) !== undefined;
  const keys = secretKeys(rendered, pod.namespace, name);
  if (keys === null || keys === "any") return {};
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      !isWritten && key === "trusted-keys.pem"
        ? publicKey()
        : secretValue(rendered, pod, { name, key }),
    ]),
  );
}

/** Only the cluster knows the real one; the program wants to see one. */
function publicKey(): string {
  const { publicKey } = generateKeyPairSync("ed25519");
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}
