import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** `linux-x64`, as npm's packages name platforms. */
export type Platform = `linux-${"x64" | "arm64"}`;

/** What builds and tests: npm installs it as the optional peer of a package that runs (better-auth names vitest). */
const BUILD_TOOLS = ["@rolldown", "@vitest", "rolldown", "typescript", "vite", "vitest"];

/**
 * Removes from an installed node_modules what no container of one platform loads: programs for others, sources
 * that only a compiler or a debugger reads, tools that build, and npm's ffmpeg, in whose place the image has Debian's.
 * Run while an image is built.
 *
 * @param modules the folder node_modules.
 * @returns what was removed, from that folder.
 */
export function keepPlatform(modules: string, platform: Platform): string[] {
  const [system, processor] = platform.split("-") as [string, string];
  const doomed = [
    "@ffmpeg-installer",
    ...BUILD_TOOLS,
    ...readdirSync(modules).filter((name) => name.startsWith("lightningcss")),
    "better-sqlite3/deps",
    "better-sqlite3/src",
    "node-addon-api",
    "onnxruntime-node/bin/napi-v6/darwin",
    "onnxruntime-node/bin/napi-v6/win32",
    ...others(modules, "better-sqlite3/prebuilds", `${platform}.node`),
    ...others(modules, `onnxruntime-node/bin/napi-v6/${system}`, processor),
    ...readdirSync(modules, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".map"),
    ),
  ].filter((path) => existsSync(join(modules, path)));
  for (const path of doomed) rmSync(join(modules, path), { recursive: true, force: true });
  return doomed.sort();
}

/** Everything in a folder but one. @throws Error where that one is not there: the package has changed. */
function others(modules: string, folder: string, kept: string): string[] {
  if (!existsSync(join(modules, folder))) return [];
  const names = readdirSync(join(modules, folder));
  if (!names.includes(kept)) throw new Error(`${folder} holds no ${kept}: ${names.join(", ")}`);
  return names.filter((name) => name !== kept).map((name) => `${folder}/${name}`);
}

if (import.meta.main) {
  const [modules = "", platform = ""] = process.argv.slice(2);
  if (!/^linux-(x64|arm64)$/.test(platform) || !existsSync(modules)) {
    process.stderr.write("Usage: keep-platform.ts NODE_MODULES linux-x64|linux-arm64\n");
    process.exit(2);
  }
  for (const path of keepPlatform(modules, platform as Platform)) process.stdout.write(`${path}\n`);
}
