import { checkRendered } from "./check-rendered.ts";
import { type Answers, checkSettings } from "./config/check-settings.ts";
import { objectName } from "./document/kube-object.ts";
import { Rendered } from "./document/rendered.ts";
import type { Finding, Remark } from "./finding.ts";
import { checkImages } from "./images/check-images.ts";
import { readFlowTable } from "./network/flow-table.ts";
import { applyExceptions, readExceptions } from "./policy/exceptions.ts";
import { checkArgo } from "./references/check-argo.ts";
import { findTargets } from "./render/find-targets.ts";
import { renderTarget } from "./render/render-target.ts";
import { SourceFiles } from "./render/source-files.ts";
import { checkSchema } from "./schema/check-schema.ts";
import { wholeTreeFindings } from "./whole-tree.ts";

/** What to check. */
export interface CheckOptions {
  /** The folder k3s. */
  root: string;
  /** The repository whose programs are asked whether they take their settings. */
  repository: string;
  /** Only these; everything that can be applied, and the tree as a whole, without them. */
  targets?: readonly string[];
  /** Whether programs are run; true without it. */
  asksPrograms?: boolean;
}

/** What was found. */
export interface CheckReport {
  targets: { target: string; objects: number; findings: number }[];
  findings: Finding[];
  /** Values that somebody has still to seal, by target. */
  toSeal: { target: string; values: number }[];
}

/** Renders every target and checks it: schema, references, policies, flows, settings. */
export async function runChecks(options: CheckOptions): Promise<CheckReport> {
  const { root, repository, asksPrograms = true } = options;
  const targets = options.targets ?? findTargets(root);
  const sources = new SourceFiles(root);
  const table = readFlowTable(root);
  const outcomes = await Promise.all(targets.map((target) => renderTarget(root, target)));
  const rendered = outcomes.filter((outcome) => outcome instanceof Rendered);
  const findings = outcomes.filter((outcome): outcome is Finding => !(outcome instanceof Rendered));
  const flowsSeen = new Set<number>();
  const answers: Answers = new Map();

  for (const { target, object, path, problem, fix } of await checkSchema(rendered)) {
    findings.push({
      ...{ target, rule: "schema", object: objectName(object), path, problem, fix },
      file: sources.fileOf(object, target),
    });
  }
  for (const one of rendered) {
    const { remarks, flowsSeen: seen } = checkRendered(one, { root, table });
    for (const index of seen) flowsSeen.add(index);
    remarks.push(...checkImages(one, repository));
    if (asksPrograms) remarks.push(...(await checkSettings(one, repository, answers)));
    if (one.target === "argo-cd/apps") remarks.push(...checkArgo(one, rendered, repository));
    findings.push(...remarks.map((remark) => findingOf(remark, one, sources)));
  }
  const { findings: kept, unused } = applyExceptions(findings, readExceptions(root));
  if (options.targets === undefined && rendered.length === outcomes.length) {
    kept.push(...wholeTreeFindings({ root, repository, targets, table, flowsSeen, unused }));
  }
  return {
    targets: targets.map((target) => ({
      target,
      objects: rendered.find((one) => one.target === target)?.objects.length ?? 0,
      findings: kept.filter((finding) => finding.target === target).length,
    })),
    findings: kept,
    toSeal: rendered.flatMap(valuesToSeal),
  };
}

function findingOf(remark: Remark, { target }: Rendered, sources: SourceFiles): Finding {
  const { object, file = sources.fileOf(object, target), ...rest } = remark;
  return { target, ...rest, file, object: objectName(object) };
}

function valuesToSeal(one: Rendered): CheckReport["toSeal"] {
  const values = one
    .ofKind("SealedSecret")
    .flatMap(({ spec }) => Object.values(spec?.encryptedData ?? {}))
    .filter((value) => value === "TO-BE-SEALED").length;
  return values === 0 ? [] : [{ target: one.target, values }];
}
