import type { KubeObject } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";

/** Service accounts, roles and their bindings name what is there. */
export function checkAccounts(rendered: Rendered): Remark[] {
  return [
    ...rendered.pods.flatMap((pod) => {
      const name = pod.spec.serviceAccountName ?? "default";
      return missingAccount(
        rendered,
        pod.owner,
        pod.namespace,
        name,
        `${pod.path}.serviceAccountName`,
      );
    }),
    ...[...rendered.ofKind("RoleBinding"), ...rendered.ofKind("ClusterRoleBinding")].flatMap(
      (binding) => [...missingRole(rendered, binding), ...missingSubjects(rendered, binding)],
    ),
  ];
}

function missingAccount(
  rendered: Rendered,
  object: KubeObject,
  namespace: string,
  name: string,
  path: string,
): Remark[] {
  if (rendered.find("ServiceAccount", namespace, name) !== undefined) return [];
  return [
    {
      object,
      rule: "account-exists",
      path,
      problem: `there is no ServiceAccount/${name} in namespace ${namespace}`,
      fix: `one that is there: ${rendered.namesOf("ServiceAccount", namespace)}`,
    },
  ];
}

function missingRole(rendered: Rendered, binding: KubeObject): Remark[] {
  const { kind, name } = binding.roleRef ?? {};
  const namespace = kind === "ClusterRole" ? undefined : binding.metadata.namespace;
  if (rendered.find(kind, namespace, name) !== undefined) return [];
  return [
    {
      object: binding,
      rule: "role-exists",
      path: "roleRef.name",
      problem: `there is no ${kind}/${name}${namespace === undefined ? "" : ` in namespace ${namespace}`}`,
      fix: `one that is there: ${rendered.namesOf(kind, namespace)}`,
    },
  ];
}

function missingSubjects(rendered: Rendered, binding: KubeObject): Remark[] {
  const subjects: { kind: string; name: string; namespace?: string }[] = binding.subjects ?? [];
  return subjects.flatMap(({ kind, name, namespace = "" }, index) =>
    kind === "ServiceAccount"
      ? missingAccount(rendered, binding, namespace, name, `subjects[${index}]`)
      : [],
  );
}
