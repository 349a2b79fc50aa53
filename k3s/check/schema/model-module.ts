/** Packages with the models of kinds that are not Kubernetes' own, by API group. */
const PACKAGES: Readonly<Record<string, string>> = {
  "argoproj.io": "@kubernetes-models/argo-cd",
  "bitnami.com": "@kubernetes-models/sealed-secrets",
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "traefik.io": "@kubernetes-models/traefik",
};

/** Kinds that no package models: their type, written here. */
export const OWN_TYPES: Readonly<Record<string, string>> = {
  // k3s's own, https://docs.k3s.io/helm: settings of a chart that k3s installs.
  "helm.cattle.io/v1/HelmChartConfig": `{
    apiVersion: "helm.cattle.io/v1"; kind: "HelmChartConfig";
    metadata: { name: string; namespace: string; annotations?: Record<string, string>; labels?: Record<string, string> };
    spec: { valuesContent?: string; failurePolicy?: "abort" | "reinstall" };
  }`,
};

/** The module that models a kind: `kubernetes-models/apps/v1/Deployment`. */
export function modelModule(apiVersion: string, kind: string): string {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return `${PACKAGES[group] ?? "kubernetes-models"}/${apiVersion}/${kind}`;
}
