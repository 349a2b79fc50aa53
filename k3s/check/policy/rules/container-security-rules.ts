import { containerRule, type PolicyRule } from "../policy-rule.ts";

/** Pod Security's level `restricted`, and a root that cannot be written. */
export const CONTAINER_SECURITY_RULES: readonly PolicyRule[] = [
  containerRule("run-as-non-root", "No container runs as root.", ({ container, path }, { spec }) =>
    (container.securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) === true
      ? null
      : {
          path: `${path}.securityContext.runAsNonRoot`,
          problem: "the container may run as root",
          fix: "runAsNonRoot: true, in the pod's securityContext",
        },
  ),
  containerRule(
    "run-as-user",
    "The user is a number that is not root's, so that the kubelet need not trust the image.",
    ({ container, path }, { spec }) => {
      const user = container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
      if (user !== undefined && user > 0) return null;
      return {
        path: `${path}.securityContext.runAsUser`,
        problem: user === 0 ? "the container runs as root" : "the container's user is not said",
        fix: "runAsUser: 10001, or the user of the image",
      };
    },
  ),
  containerRule(
    "no-privilege-escalation",
    "No process gets more rights than its parent.",
    ({ container, path }) =>
      container.securityContext?.allowPrivilegeEscalation === false
        ? null
        : {
            path: `${path}.securityContext.allowPrivilegeEscalation`,
            problem: "processes may get more rights than their parents",
            fix: "allowPrivilegeEscalation: false",
          },
  ),
  containerRule(
    "drop-all-capabilities",
    "Linux capabilities are dropped, all of them.",
    ({ container, path }) =>
      container.securityContext?.capabilities?.drop?.includes("ALL") === true
        ? null
        : {
            path: `${path}.securityContext.capabilities.drop`,
            problem: "the container keeps capabilities",
            fix: "drop: [ALL]",
          },
  ),
  containerRule("no-added-capabilities", "No capability is added.", ({ container, path }) => {
    const added = container.securityContext?.capabilities?.add ?? [];
    if (added.length === 0) return null;
    return {
      path: `${path}.securityContext.capabilities.add`,
      problem: `${added.join(", ")} is added`,
      fix: "no `add` at all; a port above 1024 needs none",
    };
  }),
  containerRule(
    "seccomp-runtime-default",
    "System calls are filtered by the runtime's own profile.",
    ({ container, path }, { spec }) => {
      const profile =
        container.securityContext?.seccompProfile ?? spec.securityContext?.seccompProfile;
      if (profile?.type === "RuntimeDefault") return null;
      return {
        path: `${path}.securityContext.seccompProfile.type`,
        problem: `the profile is ${profile?.type ?? "not set"}`,
        fix: "RuntimeDefault, in the pod's securityContext",
      };
    },
  ),
  containerRule(
    "read-only-root",
    "The root file system cannot be written: what is written lies in a volume that is named.",
    ({ container, path }) =>
      container.securityContext?.readOnlyRootFilesystem === true
        ? null
        : {
            path: `${path}.securityContext.readOnlyRootFilesystem`,
            problem: "the container writes into its image",
            fix: "readOnlyRootFilesystem: true, and an emptyDir where it must write",
          },
  ),
  containerRule("not-privileged", "No container is privileged.", ({ container, path }) =>
    container.securityContext?.privileged === true
      ? {
          path: `${path}.securityContext.privileged`,
          problem: "the container may everything on its node",
          fix: "no `privileged`; a device comes by a device plugin",
        }
      : null,
  ),
  containerRule("no-host-port", "No container takes a port of its node.", ({ container, path }) => {
    const index = (container.ports ?? []).findIndex(({ hostPort }) => hostPort !== undefined);
    if (index < 0) return null;
    return {
      path: `${path}.ports[${index}].hostPort`,
      problem: "it takes a port of the node, past every network policy",
      fix: "a Service of type LoadBalancer",
    };
  }),
];
