#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findingText } from "./finding.ts";
import { POLICY_RULES } from "./policy/policy-rules.ts";
import { type CheckReport, runChecks } from "./run-checks.ts";

const USAGE = `Usage: npm run k3s:check -- [--json] [TARGET ...]

Renders what can be applied to a cluster and checks it without one: kinds' schemas, references, policies, network
flows against k3s/flows.yaml, and the settings of our programs by asking them.

  TARGET     only these, for example overlays/ci/cloud
  --json     the report as JSON
  --rules    the policies, a line each
  --help     show this

Exit code 0 where nothing was found, 1 where something was, 2 where the check itself was misused.
`;

function shownTable({ targets, toSeal }: CheckReport): string {
  const width = Math.max(...targets.map(({ target }) => target.length), 6);
  const lines = targets.map(({ target, objects, findings }) => {
    const sealing = toSeal.find((one) => one.target === target)?.values;
    const note = sealing === undefined ? "" : `  ${sealing} values are still to be sealed`;
    return `${target.padEnd(width)}  ${String(objects).padStart(7)}  ${String(findings).padStart(8)}${note}`;
  });
  return [`${"target".padEnd(width)}  ${"objects"}  ${"findings"}`, ...lines].join("\n");
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, rules: { type: "boolean" }, help: { type: "boolean" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (values.rules) {
    for (const { id, sentence } of POLICY_RULES) process.stdout.write(`${id}: ${sentence}\n`);
    return 0;
  }
  const startedAt = performance.now();
  const report = await runChecks({
    root: fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, ""),
    repository: fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, ""),
    ...(positionals.length === 0 ? {} : { targets: positionals.map(asTarget) }),
  });
  const count = report.findings.length;
  if (values.json) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    for (const finding of report.findings) process.stdout.write(`${findingText(finding)}\n\n`);
    process.stdout.write(`${shownTable(report)}\n\n`);
    process.stdout.write(`${count} ${count === 1 ? "finding" : "findings"} in ${seconds} s\n`);
  }
  return count === 0 ? 0 : 1;
}

/** As people type it: from the repository's root or from k3s, with or without a slash behind. */
function asTarget(text: string): string {
  return text.replace(/^(\.\/)?(k3s\/)?/, "").replace(/\/$/, "");
}

try {
  process.exitCode = await run();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 2;
}
