import type { Finding } from "./finding.ts";
import { imageFindings } from "./images/recipe-faults.ts";
import { FLOWS_FILE, type FlowTable } from "./network/flow-table.ts";
import { EXCEPTIONS_FILE, type PolicyException } from "./policy/exceptions.ts";
import { findComponents } from "./render/find-targets.ts";
import { usedFolders } from "./render/used-folders.ts";

/** What is wrong with the tree as a whole: parts that nothing uses. */
export function wholeTreeFindings(tree: {
  root: string;
  repository: string;
  targets: readonly string[];
  table: FlowTable;
  flowsSeen: ReadonlySet<number>;
  unused: readonly PolicyException[];
}): Finding[] {
  const { root, repository, targets, table, flowsSeen, unused } = tree;
  const used = new Set(targets.flatMap((target) => [...usedFolders(root, target)]));
  const whole = { target: "everything", object: "", path: "" };
  return [
    ...findComponents(root)
      .filter((component) => !used.has(component))
      .map((component) => ({
        ...whole,
        rule: "component-rendered",
        file: `k3s/${component}/kustomization.yaml`,
        problem: "no overlay uses the component, so nothing proves that it works",
        fix: "the component in an overlay; overlays/ci/*-alternatives are for those that no other uses",
      })),
    ...table.flows.flatMap(({ from, to, why }, index) =>
      flowsSeen.has(index)
        ? []
        : [
            {
              ...whole,
              rule: "flow-has-ends",
              file: FLOWS_FILE,
              path: `flows[${index}]`,
              problem: `in no overlay both ${from.join(", ")} and ${to} are there (${why})`,
              fix: "names of pods or externals that are there, or no such flow",
            },
          ],
    ),
    ...unused.map(({ rule, object }) => ({
      ...whole,
      rule: "exception-needed",
      file: EXCEPTIONS_FILE,
      object,
      problem: `nothing needs the exception from ${rule}`,
      fix: "no such entry",
    })),
    ...imageFindings(repository),
  ];
}
