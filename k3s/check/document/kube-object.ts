/** A document as `kubectl kustomize` prints it; what lies below `spec` is known to the schema check only. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: documents of any kind, walked defensively.
  [key: string]: any;
}

/** `Deployment/api-gateway`. */
export function objectName({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

/** True where this is an object of the cluster, not of a namespace. */
export function isClusterWide({ kind }: KubeObject): boolean {
  return ["Namespace", "ClusterRole", "ClusterRoleBinding", "ClusterIssuer"].includes(kind);
}
