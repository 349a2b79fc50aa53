import type { IIoK8sApiCoreV1Container as Container } from "kubernetes-models/v1/Container";
import type { PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";

/** One variable of a container, as the cluster would set it. */
export interface Variable {
  name: string;
  value: string;
  /** The Secret that it comes from; then the value may be a stand-in. */
  secret: { name: string; key: string } | null;
}

/**
 * A container's environment as the kubelet makes it: maps first, then `env`, whose `$(NAME)` mean variables of `env` that
 * stand before. Values of Secrets are those of the target, or stand-ins where only the cluster knows them.
 */
export function resolvedEnvironment(
  rendered: Rendered,
  pod: PodTemplate,
  container: Container,
): Variable[] {
  const variables = new Map<string, Variable>();
  for (const { configMapRef, secretRef, prefix = "" } of container.envFrom ?? []) {
    const map = rendered.find("ConfigMap", pod.namespace, configMapRef?.name ?? "");
    for (const [key, value] of Object.entries((map?.data ?? {}) as Record<string, string>)) {
      const name = `${prefix}${key}`;
      variables.set(name, { name, value, secret: null });
    }
    const secret = rendered.find("Secret", pod.namespace, secretRef?.name ?? "");
    for (const key of Object.keys(secret?.data ?? {})) {
      const name = `${prefix}${key}`;
      const from = { name: secretRef?.name ?? "", key };
      variables.set(name, { name, value: secretValue(rendered, pod, from), secret: from });
    }
  }
  const before = new Map<string, string>();
  for (const { name, value, valueFrom } of container.env ?? []) {
    const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom ?? {};
    let resolved = expand(value ?? "", before);
    let secret: Variable["secret"] = null;
    if (secretKeyRef !== undefined) {
      secret = { name: secretKeyRef.name ?? "", key: secretKeyRef.key };
      resolved = secretValue(rendered, pod, secret);
    } else if (configMapKeyRef !== undefined) {
      const map = rendered.find("ConfigMap", pod.namespace, configMapKeyRef.name ?? "");
      resolved = map?.data?.[configMapKeyRef.key] ?? "";
    } else if (fieldRef !== undefined) {
      resolved = fieldRef.fieldPath === "metadata.name" ? podName(pod) : "";
    }
    before.set(name, resolved);
    variables.set(name, { name, value: resolved, secret });
  }
  return [...variables.values()];
}

/** `$(NAME)` of what stands before; `$$(NAME)` and unknown names stay, as with the kubelet. */
export function expand(text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([A-Za-z0-9_.-]+)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    return known.get(name) ?? whole;
  });
}

/** The name of an object's first pod, as far as it can be known. */
function podName({ owner }: PodTemplate): string {
  const { name } = owner.metadata;
  return owner.kind === "StatefulSet" ? `${name}-0` : `${name}-5d8c7b9f4-x2x7q`;
}

/** What a Secret holds, or a stand-in of the right form: at least 32 characters, an address where it is one. */
export function secretValue(
  rendered: Rendered,
  pod: PodTemplate,
  { name, key }: { name: string; key: string },
): string {
  const secret = rendered.find("Secret", pod.namespace, name);
  const data: string | undefined = secret?.data?.[key];
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const text: string | undefined = secret?.stringData?.[key];
  if (text !== undefined) return text;
  return key === "url"
    ? `https://git.example.com/${name}.git`
    : `stand-in-for-${name}-${key}`.padEnd(40, "-");
}
