import type { KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";
import { secretKeys } from "./provided-keys.ts";

const MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares";

/** What objects of cert-manager, External Secrets and Traefik name is there. */
export function checkControllers(rendered: Rendered): Remark[] {
  return [
    ...rendered
      .ofKind("Certificate")
      .flatMap((object) => named(rendered, object, object.spec?.issuerRef, "spec.issuerRef")),
    ...rendered
      .ofKind("ExternalSecret")
      .flatMap((object) =>
        named(rendered, object, object.spec?.secretStoreRef, "spec.secretStoreRef"),
      ),
    ...rendered
      .ofKind("Ingress")
      .flatMap((ingress) => [
        ...ingressSecrets(rendered, ingress),
        ...ingressMiddlewares(rendered, ingress),
      ]),
  ];
}

function named(
  rendered: Rendered,
  object: KubeObject,
  reference: { kind?: string; name?: string } | undefined,
  path: string,
): Remark[] {
  const { kind = "", name = "" } = reference ?? {};
  const namespace = kind.startsWith("Cluster") ? undefined : object.metadata.namespace;
  if (rendered.find(kind, namespace, name) !== undefined) return [];
  return [
    {
      object,
      rule: "controller-reference-exists",
      path,
      problem: `there is no ${kind}/${name}`,
      fix: `one that is there: ${rendered.namesOf(kind, namespace)}`,
    },
  ];
}

function ingressSecrets(rendered: Rendered, ingress: KubeObject): Remark[] {
  const entries: { secretName?: string }[] = ingress.spec?.tls ?? [];
  return entries.flatMap(({ secretName = "" }, index) => {
    if (secretKeys(rendered, ingress.metadata.namespace ?? "", secretName) !== null) return [];
    return [
      {
        object: ingress,
        rule: "controller-reference-exists",
        path: `spec.tls[${index}].secretName`,
        problem: `nobody makes Secret/${secretName}`,
        fix: "the secretName of a Certificate in the same namespace",
      },
    ];
  });
}

function ingressMiddlewares(rendered: Rendered, ingress: KubeObject): Remark[] {
  const list = ingress.metadata.annotations?.[MIDDLEWARES];
  return (list?.split(",") ?? []).flatMap((entry) => {
    const isThere = rendered
      .ofKind("Middleware")
      .some(
        ({ metadata }) => `${metadata.namespace}-${metadata.name}@kubernetescrd` === entry.trim(),
      );
    if (isThere) return [];
    return [
      {
        object: ingress,
        rule: "controller-reference-exists",
        path: `metadata.annotations["${MIDDLEWARES}"]`,
        problem: `there is no Middleware that ${entry} names`,
        fix: "NAMESPACE-NAME@kubernetescrd of a Middleware that is there",
      },
    ];
  });
}
