import { containersOf, type PodTemplate } from "../document/pod-template.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { configMapKeys, type Keys, secretKeys } from "./provided-keys.ts";

/** One ConfigMap or Secret that a pod needs, perhaps one key of it. */
interface Need {
  kind: "ConfigMap" | "Secret";
  name: string;
  key?: string | undefined;
  path: string;
  isOptional: boolean;
}

/** ConfigMaps and Secrets that pods name are there, with the keys that they want. */
export function checkContents(rendered: Rendered): Remark[] {
  return rendered.pods.flatMap((pod) =>
    needsOf(pod).flatMap((need) => {
      const { kind, name, key, path, isOptional } = need;
      if (isOptional) return [];
      const keysOf = kind === "ConfigMap" ? configMapKeys : secretKeys;
      const keys = keysOf(rendered, pod.namespace, name);
      if (keys === null) return [missingObject(rendered, pod, need)];
      if (key === undefined || keys === "any" || keys.has(key)) return [];
      return [
        {
          object: pod.owner,
          rule: "key-exists",
          path,
          problem: `${kind}/${name} has no key ${key}`,
          fix: `one of its keys: ${shown(keys)}; or give it the key ${key}`,
        },
      ];
    }),
  );
}

function missingObject(rendered: Rendered, pod: PodTemplate, need: Need): Remark {
  const { kind, name, path } = need;
  const sources = kind === "Secret" ? ", SealedSecret, ExternalSecret or Certificate" : "";
  return {
    object: pod.owner,
    rule: "contents-exist",
    path,
    problem: `nobody makes ${kind}/${name} in namespace ${pod.namespace}`,
    fix: `a ${kind}${sources} for ${name}, or the name of one that is there (${rendered.namesOf(kind, pod.namespace)})`,
  };
}

function shown(keys: Keys): string {
  return keys === "any" ? "any" : [...keys].join(", ");
}

function needsOf(pod: PodTemplate): Need[] {
  return [...environmentNeeds(pod), ...volumeNeeds(pod)];
}

function environmentNeeds(pod: PodTemplate): Need[] {
  return containersOf(pod).flatMap(({ container, path }) => [
    ...(container.envFrom ?? []).flatMap(({ configMapRef, secretRef }, index) => {
      const at = `${path}.envFrom[${index}]`;
      return [
        ...need("ConfigMap", configMapRef, `${at}.configMapRef.name`),
        ...need("Secret", secretRef, `${at}.secretRef.name`),
      ];
    }),
    ...(container.env ?? []).flatMap(({ valueFrom }, index) => {
      const at = `${path}.env[${index}].valueFrom`;
      return [
        ...need("ConfigMap", valueFrom?.configMapKeyRef, `${at}.configMapKeyRef`),
        ...need("Secret", valueFrom?.secretKeyRef, `${at}.secretKeyRef`),
      ];
    }),
  ]);
}

function volumeNeeds(pod: PodTemplate): Need[] {
  return (pod.spec.volumes ?? []).flatMap((volume, index) => {
    const at = `${pod.path}.volumes[${index}]`;
    const { configMap, secret } = volume;
    const wholes = [
      ...need("ConfigMap", configMap, `${at}.configMap.name`),
      ...need(
        "Secret",
        secret && { ...secret, name: secret.secretName },
        `${at}.secret.secretName`,
      ),
    ];
    const items = configMap?.items ?? secret?.items ?? [];
    // A mounted part of a volume is a key of it.
    const parts = containersOf(pod).flatMap(({ container, path }) =>
      (container.volumeMounts ?? []).flatMap(({ name, subPath }, mount) =>
        name === volume.name && subPath !== undefined
          ? [{ key: subPath, path: `${path}.volumeMounts[${mount}].subPath` }]
          : [],
      ),
    );
    const keys = [
      ...items.map(({ key }, item) => ({
        key,
        path: `${at}.${configMap === undefined ? "secret" : "configMap"}.items[${item}].key`,
      })),
      ...parts,
    ];
    return [...wholes, ...wholes.flatMap((whole) => keys.map((part) => ({ ...whole, ...part })))];
  });
}

function need(
  kind: Need["kind"],
  reference: { name?: string | undefined; key?: string; optional?: boolean } | undefined,
  path: string,
): Need[] {
  if (reference?.name === undefined) return [];
  const { name, key, optional } = reference;
  return [{ kind, name, key, path, isOptional: optional === true }];
}
