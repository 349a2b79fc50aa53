import { spawn } from "node:child_process";
import { inheritedEnv } from "../config.ts";
import { localError } from "../errors.ts";

const LAST_LINES = 15;

/** Runs a program to its end, its output shown as it comes where asked for. @returns its stdout. @throws IMAGE_BUILD_FAILED. */
export function commandOutput(
  program: string,
  args: readonly string[],
  { shown = false } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: inheritedEnv(), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let all = "";
    const take = (chunk: Buffer) => {
      all = (all + chunk.toString()).slice(-20_000);
      if (shown) process.stderr.write(chunk);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      take(chunk);
    });
    child.stderr.on("data", take);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(output);
      const end = all.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
      const what = `${program} ${args.slice(0, 8).join(" ")} … ended with exit code ${code}`;
      return reject(localError("IMAGE_BUILD_FAILED", `${what}\n${end}`));
    });
  });
}
