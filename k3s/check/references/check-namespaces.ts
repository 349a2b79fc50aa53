import { isClusterWide } from "../document/kube-object.ts";
import type { Rendered } from "../document/rendered.ts";
import type { Remark } from "../finding.ts";

/** Namespaces that others make. */
const FOREIGN = ["kube-system", "argocd"];

/** Every object says its namespace, and the target makes it. */
export function checkNamespaces(rendered: Rendered): Remark[] {
  const made = new Set(rendered.ofKind("Namespace").map(({ metadata }) => metadata.name));
  return rendered.objects
    .filter((object) => !isClusterWide(object))
    .flatMap((object) => {
      const { namespace } = object.metadata;
      if (namespace !== undefined && (made.has(namespace) || FOREIGN.includes(namespace)))
        return [];
      return [
        {
          object,
          rule: "namespace-exists",
          path: "metadata.namespace",
          problem:
            namespace === undefined ? "it has no namespace" : `nobody makes namespace ${namespace}`,
          fix: `one that this target makes: ${[...made].join(", ") || "none"}`,
        },
      ];
    });
}
