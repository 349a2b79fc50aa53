import type { KubeObject } from "./document/kube-object.ts";

/** One thing that is wrong, and what would be right. */
export interface Finding {
  /** The kustomization that was rendered, from `k3s/`; `overlays/ci/cloud`. */
  target: string;
  /** Id of the rule. */
  rule: string;
  /** The file to change, from the repository's root; best effort, since rendering merges files. */
  file: string;
  /** `Deployment/api-gateway`; empty where a whole target is meant. */
  object: string;
  /** Place in the document: `spec.template.spec.containers[0].image`; empty where the whole is meant. */
  path: string;
  /** What is wrong. */
  problem: string;
  /** What to write instead. */
  fix: string;
}

/** What a check says of one object; target and file are added where checks are joined. */
export interface Remark extends Pick<Finding, "rule" | "path" | "problem" | "fix"> {
  object: KubeObject;
  /** Where it is known better than the object tells. */
  file?: string;
}

/** The finding as people read it: where, what, and what to write. */
export function findingText(finding: Finding): string {
  const place = [finding.object, finding.path].filter((part) => part !== "").join(" ");
  const head = `${finding.file}${place === "" ? "" : `: ${place}`}`;
  return `${head}\n    ${finding.problem} [${finding.rule}, ${finding.target}]\n    write: ${finding.fix}`;
}
