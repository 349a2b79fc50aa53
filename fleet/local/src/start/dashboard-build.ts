import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inheritedEnv } from "../config.ts";
import { localError } from "../errors.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { repositoryPath } from "./repository.ts";

/** Files and folders that a build of the dashboard depends on. */
const INPUTS = [
  "dashboard/src",
  "dashboard/public",
  "dashboard/index.html",
  "dashboard/tsconfig.json",
  "dashboard/vite.config.ts",
  "dashboard/package.json",
  "fleet/protocol/src",
  "package-lock.json",
];

/** Builds the dashboard where its sources changed since the last build. @returns folder and whether it built. */
export function buildDashboard(): Promise<{ folder: string; built: boolean }> {
  return oneAtATime(repositoryPath("node_modules/.dashboard-build.lock"), buildWhereChanged);
}

async function buildWhereChanged(): Promise<{ folder: string; built: boolean }> {
  const folder = repositoryPath("dashboard/dist");
  const stamp = join(folder, ".inputs");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { folder, built: false };
  await runVite();
  writeFileSync(stamp, wanted);
  return { folder, built: true };
}

function runVite(): Promise<void> {
  return new Promise((resolve, reject) => {
    const vite = repositoryPath("node_modules/vite/bin/vite.js");
    const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
      cwd: repositoryPath("dashboard"),
      // Whatever is said of this process, what people are served is built for them.
      env: { ...inheritedEnv(), NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else
        reject(
          localError(
            "DASHBOARD_BUILD_FAILED",
            `vite build ended with exit code ${code}\n${output.slice(-2000)}`,
          ),
        );
    });
  });
}

function fingerprint(): string {
  const hash = createHash("sha256");
  for (const input of INPUTS) {
    const path = repositoryPath(input);
    const files = existsSync(path) && !input.includes(".") ? filesBelow(path) : [path];
    for (const file of files) if (existsSync(file)) hash.update(file).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
