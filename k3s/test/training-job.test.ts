import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { checkRendered } from "../check/check-rendered.ts";
import type { KubeObject } from "../check/document/kube-object.ts";
import { Rendered } from "../check/document/rendered.ts";
import { readFlowTable } from "../check/network/flow-table.ts";
import { renderTarget } from "../check/render/render-target.ts";
import { K3S, REPOSITORY } from "./copied-tree.ts";

/** The rule is for Jobs that Argo CD applies. */
const NOT_MEANT = "job-is-hook";
const TARGET = "overlays/ci/cloud";

/** Prints the Job that the cloud's own program makes. */
const PROGRAM = `
  import { jobManifest } from "./cloud/src/training/cluster/job-manifest.ts";
  const [image] = process.argv.slice(1);
  const settings = {
    namespace: "sentinel-jobs", image, cpu: "2", memory: "4Gi", scratch: "8Gi",
    deadlineSeconds: 3600, command: ["node", "cloud/src/training/pod/pod-main.ts"],
  };
  const job = {
    kind: "training", jobId: "0197a3c0-0000-7000-8000-000000000001",
    orderUrl: "http://minio.sentinel:9000/order",
  };
  process.stdout.write(JSON.stringify(jobManifest(settings, job)));
`;

function jobOfController(image: string): KubeObject {
  const args = ["--input-type=module", "--eval", PROGRAM, "--", image];
  return JSON.parse(
    execFileSync(process.execPath, args, { cwd: REPOSITORY, encoding: "utf8" }),
  ) as KubeObject;
}

test("a Job that the controller makes keeps to every rule that the manifests keep to", async () => {
  const rendered = await renderTarget(K3S, TARGET);
  if (!(rendered instanceof Rendered)) throw new Error(rendered.problem);
  const controller = rendered.pods.find(
    ({ owner }) => owner.metadata.name === "training-controller",
  );
  const job = jobOfController(controller?.spec.containers?.[0]?.image ?? "");
  const table = readFlowTable(K3S);
  const remarksOf = (change: KubeObject) =>
    checkRendered(new Rendered(TARGET, [...rendered.objects, change]), { root: K3S, table })
      .remarks.filter(({ object }) => object.metadata.name === job.metadata.name)
      .filter(({ rule }) => rule !== NOT_MEANT)
      .map(({ rule, path, problem }) => `${rule} ${path}: ${problem}`);
  expect(remarksOf(job)).toEqual([]);
  // The same Job with a fault is told, so the rules did look at it.
  const wrong = structuredClone(job) as KubeObject & {
    spec: { template: { spec: { securityContext: object; serviceAccountName: string } } };
  };
  wrong.spec.template.spec.securityContext = {};
  expect(remarksOf(wrong).length).toBeGreaterThan(0);
}, 60_000);
