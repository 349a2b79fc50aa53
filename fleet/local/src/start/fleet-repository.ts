import { execFile } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { inheritedEnv } from "../config.ts";

const run = promisify(execFile);
const GIT_MS = 20_000;

/**
 * The fleet's Git repository below a data directory: `fleet.git`, bare, made whole or not at all, with
 * the channel files of `seedFolder` as its first commit. One that is there is left as it is.
 * @returns its path.
 */
export async function ensureFleetRepository(root: string, seedFolder: string): Promise<string> {
  const path = join(root, "fleet.git");
  if (existsSync(path)) return path;
  const unfinished = join(root, "fleet.git.new");
  rmSync(unfinished, { recursive: true, force: true });
  await git(root, ["init", "--quiet", "--bare", "--template=", "-b", "main", "--", unfinished]);
  for (const name of readdirSync(seedFolder).filter((file) => file.endsWith(".yaml"))) {
    const file = join(seedFolder, name);
    const blob = await git(unfinished, ["hash-object", "-w", "--no-filters", "--", file]);
    const entry = `100644,${blob},channels/${name}`;
    await git(unfinished, ["update-index", "--add", "--cacheinfo", entry]);
  }
  const tree = await git(unfinished, ["write-tree"]);
  const commit = await git(unfinished, ["commit-tree", tree, "-m", "Channels of a new fleet"]);
  await git(unfinished, ["update-ref", "refs/heads/main", commit]);
  renameSync(unfinished, path);
  return path;
}

async function git(folder: string, args: string[]): Promise<string> {
  const { stdout } = await run("git", args, {
    cwd: folder,
    timeout: GIT_MS,
    env: {
      ...inheritedEnv(),
      // Of this machine's settings none may change what is made here.
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "Sentinel",
      GIT_AUTHOR_EMAIL: "fleet@sentinel.invalid",
      GIT_COMMITTER_NAME: "Sentinel",
      GIT_COMMITTER_EMAIL: "fleet@sentinel.invalid",
    },
  });
  return stdout.trim();
}
