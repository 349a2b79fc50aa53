import { objectRule, type PolicyRule, podRule } from "../policy-rule.ts";

const LEVELS = ["enforce", "audit", "warn"].map((mode) => `pod-security.kubernetes.io/${mode}`);

/** What pods get of their node and of the API server. */
export const POD_SECURITY_RULES: readonly PolicyRule[] = [
  objectRule(
    "namespace-restricted",
    "Every namespace of ours enforces Pod Security's level `restricted`.",
    ["Namespace"],
    ({ metadata }) => {
      const missing = LEVELS.filter((label) => metadata.labels?.[label] !== "restricted");
      if (missing.length === 0) return null;
      return {
        path: `metadata.labels["${missing[0]}"]`,
        problem: `${missing.join(", ")} is not restricted`,
        fix: "restricted",
      };
    },
  ),
  podRule("no-host-network", "No pod uses its node's network.", ({ spec, path }) =>
    spec.hostNetwork === true
      ? {
          path: `${path}.hostNetwork`,
          problem: "the pod is in its node's network, where no policy holds",
          fix: "no `hostNetwork`; RTSP over TCP needs none",
        }
      : null,
  ),
  podRule("no-host-namespaces", "No pod sees its node's processes.", ({ spec, path }) => {
    if (spec.hostPID !== true && spec.hostIPC !== true) return null;
    return {
      path: `${path}.${spec.hostPID === true ? "hostPID" : "hostIPC"}`,
      problem: "the pod sees the node's processes",
      fix: "neither hostPID nor hostIPC",
    };
  }),
  podRule("no-host-path", "No pod mounts a folder of its node.", ({ spec, path }) => {
    const index = (spec.volumes ?? []).findIndex(({ hostPath }) => hostPath !== undefined);
    if (index < 0) return null;
    return {
      path: `${path}.volumes[${index}].hostPath`,
      problem: "the pod reads and writes the node's own files",
      fix: "a PersistentVolumeClaim with storageClassName: local-path",
    };
  }),
  podRule(
    "no-token-unless-bound",
    "Only a pod whose account a RoleBinding names gets a token of the API server.",
    ({ spec, path, namespace }, rendered) => {
      const isBound = [
        ...rendered.ofKind("RoleBinding"),
        ...rendered.ofKind("ClusterRoleBinding"),
      ].some(({ subjects = [] }) =>
        subjects.some(
          (subject: { name: string; namespace: string }) =>
            subject.name === spec.serviceAccountName && subject.namespace === namespace,
        ),
      );
      if (spec.automountServiceAccountToken === isBound) return null;
      return {
        path: `${path}.automountServiceAccountToken`,
        problem: isBound
          ? "the account has a role, but the pod gets no token"
          : "the pod gets a token that it has no use for",
        fix: String(isBound),
      };
    },
  ),
  podRule(
    "own-service-account",
    "Every workload has an account of its own, so that a right is given to one only.",
    (pod, rendered) => {
      const name = pod.spec.serviceAccountName ?? "default";
      const others = rendered.pods.filter(
        (other) =>
          other.owner !== pod.owner &&
          other.namespace === pod.namespace &&
          other.spec.serviceAccountName === name,
      );
      if (name !== "default" && others.length === 0) return null;
      return {
        path: `${pod.path}.serviceAccountName`,
        problem:
          name === "default"
            ? "the pod runs as the namespace's default account"
            : `${others[0]?.owner.metadata.name} uses the account ${name} as well`,
        fix: "a ServiceAccount with the workload's own name",
      };
    },
  ),
  podRule(
    "no-service-links",
    "Services do not become environment variables, which our settings would have to be told from.",
    ({ spec, path }) =>
      spec.enableServiceLinks === false
        ? null
        : {
            path: `${path}.enableServiceLinks`,
            problem: "every Service of the namespace becomes a dozen variables",
            fix: "enableServiceLinks: false",
          },
  ),
];
