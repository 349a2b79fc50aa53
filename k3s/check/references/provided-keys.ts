import type { Rendered } from "../document/rendered.ts";

/** Keys that a ConfigMap or Secret will have; `any` where only the cluster will know. */
export type Keys = ReadonlySet<string> | "any";

const CERTIFICATE_KEYS = new Set(["tls.crt", "tls.key", "ca.crt"]);

/** The keys of a ConfigMap; null where there is none of that name. */
export function configMapKeys(rendered: Rendered, namespace: string, name: string): Keys | null {
  const map = rendered.find("ConfigMap", namespace, name);
  if (map === undefined) return null;
  return new Set([...Object.keys(map.data ?? {}), ...Object.keys(map.binaryData ?? {})]);
}

/** The keys of a Secret, written down or made by a controller; null where nobody makes it. */
export function secretKeys(rendered: Rendered, namespace: string, name: string): Keys | null {
  const secret = rendered.find("Secret", namespace, name);
  if (secret !== undefined) {
    return new Set([...Object.keys(secret.data ?? {}), ...Object.keys(secret.stringData ?? {})]);
  }
  const sealed = rendered.find("SealedSecret", namespace, name);
  if (sealed !== undefined) return new Set(Object.keys(sealed.spec?.encryptedData ?? {}));
  for (const external of rendered.ofKind("ExternalSecret")) {
    if (external.metadata.namespace !== namespace) continue;
    if ((external.spec?.target?.name ?? external.metadata.name) !== name) continue;
    if (external.spec?.dataFrom !== undefined) return "any";
    const data: { secretKey: string }[] = external.spec?.data ?? [];
    return new Set(data.map(({ secretKey }) => secretKey));
  }
  const isCertified = rendered
    .ofKind("Certificate")
    .some(({ metadata, spec }) => metadata.namespace === namespace && spec?.secretName === name);
  return isCertified ? CERTIFICATE_KEYS : null;
}
