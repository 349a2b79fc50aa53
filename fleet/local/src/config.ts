import { homedir } from "node:os";
import { join } from "node:path";

/** Variables of this process that a role's process may see: where programs and the person's home are. */
const INHERITED = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "XDG_CACHE_HOME",
  "NODE_EXTRA_CA_CERTS",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
] as const;

/** The environment that a role's process is started with, before its own settings. */
export function inheritedEnv(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** True where npm started this process, so that npm's death means that nobody wants it any more. */
export function startedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}

/** ffmpeg as the person set it. */
export function configuredFfmpeg(): string | undefined {
  return process.env.FFMPEG_PATH || undefined;
}

/** A map of the person's own, as the cloud takes it (cloud/README.md). */
export function configuredMapTiles(): string | undefined {
  return process.env.SENTINEL_MAP_TILES || undefined;
}

/** Where models are kept between runs and clones (XDG Base Directory Specification). */
export function modelCacheDir(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "sentinel", "models");
}

/** Where a run keeps everything by default: in the clone, so that two clones share nothing. */
export function defaultDataDir(repositoryRoot: string): string {
  return join(repositoryRoot, ".sentinel");
}
