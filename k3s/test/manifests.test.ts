import { expect, test } from "vitest";
import { findingText } from "../check/finding.ts";
import { runChecks } from "../check/run-checks.ts";
import { CopiedTree, K3S, REPOSITORY } from "./copied-tree.ts";

const DEADLINE_MS = 180_000;

test(
  "nothing is found in any overlay, and our programs take the settings that they would get",
  async () => {
    const report = await runChecks({ root: K3S, repository: REPOSITORY });
    expect(report.findings.map(findingText)).toEqual([]);
    const targets = new Map(report.targets.map(({ target, objects }) => [target, objects]));
    // None of them is empty, and the names that people look for are there.
    for (const target of ["overlays/dev", "overlays/ci/cloud", "overlays/production/cloud"]) {
      expect(targets.get(target), target).toBeGreaterThan(90);
    }
    expect(targets.get("overlays/production/site")).toBeGreaterThan(15);
    expect(targets.get("argo-cd/apps")).toBe(3);
  },
  DEADLINE_MS,
);

test("parts that nothing uses are found in the tree as a whole", async () => {
  const tree = new CopiedTree();
  try {
    tree.edit(
      "overlays/ci/site-alternatives/kustomization.yaml",
      "  - ../../../components/hailo-npu\n",
      "",
    );
    tree.edit(
      "flows.yaml",
      "flows:\n",
      "flows:\n  - { from: sentinel/ingest, to: sentinel/kafka, ports: [9092], why: an old name }\n",
    );
    tree.edit("exceptions.yaml", "object: StatefulSet/emqx", "object: StatefulSet/mosquitto");
    const options = { root: tree.root, repository: REPOSITORY, asksPrograms: false };
    const { findings } = await runChecks(options);
    expect(findings.map(({ rule, file, object }) => `${rule} ${file} ${object}`).sort()).toEqual([
      "component-rendered k3s/components/hailo-npu/kustomization.yaml ",
      "exception-needed k3s/exceptions.yaml StatefulSet/mosquitto",
      "flow-has-ends k3s/flows.yaml ",
      "read-only-root k3s/components/emqx/stateful-set.yaml StatefulSet/emqx",
    ]);
  } finally {
    tree.remove();
  }
});

test("a table of flows or exceptions that is none is refused with every fault", async () => {
  const tree = new CopiedTree();
  try {
    tree.edit("flows.yaml", "ports: [5432]", "ports: [postgres]");
    await expect(tree.check("argo-cd/root")).rejects.toThrow(/k3s\/flows\.yaml[\s\S]*ports/);
    tree.edit("flows.yaml", "ports: [postgres]", "ports: [5432]");
    tree.edit("exceptions.yaml", "  why: the role trainer makes no connection to the broker\n", "");
    await expect(tree.check("argo-cd/root")).rejects.toThrow(/k3s\/exceptions\.yaml[\s\S]*why/);
  } finally {
    tree.remove();
  }
});
