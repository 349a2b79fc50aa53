import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What `npm run check` runs, by name: types, format and lint, who imports whom, unused code. */
const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ["types", ["tsc", "-p", "tsconfig.json"]],
  ["types of the dashboard", ["tsc", "-p", "dashboard/tsconfig.json"]],
  ["format and lint", ["biome", "check", "--error-on-warnings", "."]],
  [
    "imports",
    [
      "depcruise",
      "--config",
      ".dependency-cruiser.mjs",
      "edge-agent",
      "cloud",
      "dashboard/src",
      "fleet",
      "k3s",
      ".ci",
    ],
  ],
  ["unused code", ["knip", "--config", ".knip.json"]],
];

/** Runs one check; its output is shown only where it failed. */
function runCheck(name: string, command: readonly string[]): Promise<boolean> {
  const [tool = "", ...args] = command;
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, "node_modules", ".bin", tool), args, { cwd: ROOT });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on("error", (error) => {
      output += error.message;
    });
    child.on("close", (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stderr.write(`${code === 0 ? "✓" : "✗"} ${name} (${seconds} s)\n`);
      if (code !== 0) process.stderr.write(`${output}\n`);
      resolve(code === 0);
    });
  });
}

/** Runs every check and says which failed; two at a time, because a small machine has two cores. */
export async function runChecks(): Promise<boolean> {
  const waiting = [...CHECKS];
  const results: boolean[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.push(await runCheck(next[0], next[1]));
    }
  };
  await Promise.all([worker(), worker()]);
  return results.every(Boolean);
}

if (import.meta.main) process.exitCode = (await runChecks()) ? 0 : 1;
