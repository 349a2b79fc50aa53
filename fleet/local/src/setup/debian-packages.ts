import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { inheritedEnv } from "../config.ts";

/** A program that a Debian package brings. */
export interface DebianProgram {
  program: string;
  packageName: string;
  /** Ends the sentence "… is needed for". */
  neededFor: string;
}

/** From here on a shell says that a program is there but cannot be run. */
const CANNOT_RUN = 126;

/** True when the program is on PATH and runs; not every program ends with 0 when asked for its version. */
export function runs(program: string): boolean {
  const flag = program === "ffmpeg" ? "-version" : "--version";
  const { status } = spawnSync(program, [flag], { stdio: "ignore", timeout: 20_000 });
  return status !== null && status < CANNOT_RUN;
}

/** True where packages can be installed without asking: root on a system with apt. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

/** Runs apt-get without questions; its output goes to stderr only where it fails. */
function aptGet(args: readonly string[], deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("apt-get", ["-qq", "-y", "-o", "DPkg::Lock::Timeout=120", ...args], {
      env: { ...inheritedEnv(), DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: deadlineMs,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4000);
      });
    }
    child.on("error", () => resolve(false));
    child.on("close", (code) => {
      if (code !== 0) process.stderr.write(output);
      resolve(code === 0);
    });
  });
}

/** Installs packages by apt; false where that did not work. Needs root. */
export async function installPackages(names: readonly string[]): Promise<boolean> {
  const install = ["install", "--no-install-recommends", ...names];
  if (await aptGet(install, 600_000)) return true;
  return (await aptGet(["update"], 180_000)) && (await aptGet(install, 600_000));
}

/**
 * Makes sure that every program runs, installing what is missing by apt where that is possible.
 * @throws Error naming each program that is missing, and the command that installs it.
 */
export async function ensureDebianPackages(programs: readonly DebianProgram[]): Promise<void> {
  const missing = programs.filter(({ program }) => !runs(program));
  if (missing.length === 0) return;
  if (canInstallPackages()) {
    process.stderr.write(`installing ${missing.map((entry) => entry.packageName).join(", ")} …\n`);
    await installPackages(missing.map((entry) => entry.packageName));
  }
  const still = missing.filter(({ program }) => !runs(program));
  if (still.length === 0) return;
  const lines = still.map(
    ({ program, packageName, neededFor }) =>
      `${program} is needed for ${neededFor}; install it, for example: apt-get install ${packageName}`,
  );
  throw new Error(lines.join("\n"));
}
