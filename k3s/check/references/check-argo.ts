import { existsSync } from "node:fs";
import { join } from "node:path";
import { isClusterWide, type KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";

interface GroupKind {
  group: string;
  kind: string;
}

/** Applications point to folders that are there, and their project allows what these hold. */
export function checkArgo(apps: Rendered, all: readonly Rendered[], repository: string): Remark[] {
  const clusters = all.filter(({ target }) => target.startsWith("clusters/"));
  return [
    ...[...apps.ofKind("Application"), ...apps.ofKind("ApplicationSet")].flatMap((object) =>
      missingFolder(object, repository),
    ),
    ...apps
      .ofKind("AppProject")
      .flatMap((project) => [
        ...refusedKinds(project, clusters),
        ...refusedNamespaces(project, clusters),
      ]),
  ];
}

function missingFolder(object: KubeObject, repository: string): Remark[] {
  const isSet = object.kind === "ApplicationSet";
  const path = `${isSet ? "spec.template." : ""}spec.source.path`;
  const written: string = (isSet ? object.spec?.template : object)?.spec?.source?.path ?? "";
  // Of a template only what stands before its first variable is known.
  const folder = written.split("{{")[0] ?? "";
  if (folder !== "" && existsSync(join(repository, folder))) return [];
  return [
    {
      object,
      rule: "application-folder-exists",
      path,
      problem: `there is no folder ${written}`,
      fix: "a folder of this repository with a kustomization.yaml",
    },
  ];
}

function refusedKinds(project: KubeObject, clusters: readonly Rendered[]): Remark[] {
  const { clusterResourceWhitelist = [], namespaceResourceWhitelist = [] } = project.spec ?? {};
  const refused = new Set<string>();
  for (const object of clusters.flatMap(({ objects }) => objects)) {
    const group = object.apiVersion.includes("/") ? object.apiVersion.split("/")[0] : "";
    const allowed: GroupKind[] = isClusterWide(object)
      ? clusterResourceWhitelist
      : namespaceResourceWhitelist;
    const isAllowed = allowed.some((one) => one.group === group && one.kind === object.kind);
    if (!isAllowed) refused.add(`{ group: "${group}", kind: ${object.kind} }`);
  }
  return [...refused].map((entry) => ({
    object: project,
    rule: "project-allows-kind",
    path: "spec.namespaceResourceWhitelist",
    problem: `clusters hold ${entry}, which the project does not allow`,
    fix: `- ${entry}`,
  }));
}

function refusedNamespaces(project: KubeObject, clusters: readonly Rendered[]): Remark[] {
  const destinations: { namespace?: string }[] = project.spec?.destinations ?? [];
  const allowed = new Set(destinations.map(({ namespace }) => namespace));
  const used = new Set(
    clusters.flatMap(({ objects }) => objects.flatMap(({ metadata }) => metadata.namespace ?? [])),
  );
  return [...used]
    .filter((namespace) => !allowed.has(namespace))
    .map((namespace) => ({
      object: project,
      rule: "project-allows-namespace",
      path: "spec.destinations",
      problem: `clusters hold objects in ${namespace}, which the project does not allow`,
      fix: `- { server: "*", namespace: ${namespace} }`,
    }));
}
