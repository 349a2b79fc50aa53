import { rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cloudError } from "../errors.ts";
import { type CommitAuthor, gitIn } from "./git-command.ts";
import { withoutCredentials } from "./repo-url.ts";

/** A channel file as it lies in a commit; `text` is null where it is longer than may be read, or no file. */
export interface RepoFile {
  path: string;
  /** Links, folders and other repositories can have a file's name. */
  isFile: boolean;
  sizeBytes: number;
  text: string | null;
}

/** The folder of channel files, and the bounds of what is read from it. */
const FOLDER = "channels/";
const MAX_FILE_BYTES = 65_536;
/** A commit may hold so many channel files; one more is read, so that it can be told. */
export const MAX_FILES = 200;
const HEAD = "refs/sentinel/head";
const PUSH_ATTEMPTS = 5;
const COMMIT = /^[0-9a-f]{40,64}$/;

/**
 * Our copy of the fleet's repository. It has no working tree: files are read and written as Git
 * objects, so nothing that a commit holds (links, attributes, hooks) can do anything here. One
 * operation at a time.
 */
export class FleetRepo {
  readonly #url: string;
  readonly #folder: string;
  readonly #stopped = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #made = false;
  /** The newest commit that is here. */
  #head: string | null = null;
  /** The branch that HEAD stands for at the other side. */
  #branch = "refs/heads/main";

  constructor(options: {
    /** Address or path of the repository. */
    url: string;
    /** Scratch space; the copy is made anew by each process. */
    workDir: string;
  }) {
    this.#url = options.url;
    this.#folder = join(options.workDir, `fleet-${process.pid}-${crypto.randomUUID()}.git`);
  }

  /** The address as people may see it. */
  get shownUrl(): string {
    return withoutCredentials(this.#url);
  }

  /** Ends what runs and removes the copy. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#turn.catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Brings the copy up to date. @returns the newest commit. @throws FLEET_REPO_UNREACHABLE. */
  fetch(): Promise<string> {
    return this.#alone(() => this.#fetch());
  }

  /** The channel files of a commit that was fetched. */
  files(commit: string): Promise<RepoFile[]> {
    return this.#alone(() => this.#files(commit));
  }

  /** True where `commit` holds everything that led to `ancestor`. */
  follows(commit: string, ancestor: string): Promise<boolean> {
    return this.#alone(async () => {
      if (commit === ancestor) return true;
      // A commit that is not here at all cannot be what this one follows.
      const base = await this.#git(["merge-base", checked(ancestor), checked(commit)]).catch(
        () => "",
      );
      return base.trim() === ancestor;
    });
  }

  /** Name of a commit's author. */
  authorOf(commit: string): Promise<string> {
    return this.#alone(async () => {
      const told = await this.#git(["log", "-1", "--format=%an", checked(commit), "--"]);
      return told.trim().slice(0, 200);
    });
  }

  /**
   * Changes one channel file by a commit on top of the newest one, and pushes it; where somebody
   * else was faster it is done again on top of theirs. `edit` gets the file's text and gives the new
   * one, or null to leave all as it is.
   * @returns the commit; null where nothing was to do.
   * @throws what `edit` throws; FLEET_REPO_UNREACHABLE; FLEET_PUSH_REFUSED.
   */
  async change(
    channel: string,
    edit: (text: string | null, head: string) => Promise<string | null>,
    by: { author: CommitAuthor; message: string },
  ): Promise<string | null> {
    return await this.#alone(async () => {
      let refused: unknown;
      for (let attempt = 0; attempt < PUSH_ATTEMPTS; attempt += 1) {
        const head = await this.#fetch();
        const path = `${FOLDER}${channel}.yaml`;
        const file = (await this.#files(head)).find((candidate) => candidate.path === path);
        const text = await edit(file?.text ?? null, head);
        if (text === null) return null;
        const commit = await this.#commit(head, path, text, by);
        try {
          await this.#git(["push", "--porcelain", "--", this.#url, `${commit}:${this.#branch}`]);
          return commit;
        } catch (error) {
          refused = error;
        }
      }
      const message = `the fleet repository did not take the commit: ${this.#words(refused)}`;
      throw cloudError("FLEET_PUSH_REFUSED", message, refused);
    });
  }

  async #commit(
    head: string,
    path: string,
    text: string,
    { author, message }: { author: CommitAuthor; message: string },
  ): Promise<string> {
    const file = join(this.#folder, "new-file");
    await writeFile(file, text);
    const blob = (await this.#git(["hash-object", "-w", "--no-filters", "--", file])).trim();
    await rm(file);
    await this.#git(["read-tree", checked(head)]);
    await this.#git(["update-index", "--add", "--cacheinfo", `100644,${checked(blob)},${path}`]);
    const tree = (await this.#git(["write-tree"])).trim();
    const args = ["commit-tree", checked(tree), "-p", checked(head), "-m", message];
    return (await this.#git(args, author)).trim();
  }

  /** Asks first what is newest: mostly it is what is here already. */
  async #fetch(): Promise<string> {
    await this.#make();
    try {
      const told = await this.#git(["ls-remote", "--symref", "--", this.#url, "HEAD"]);
      this.#branch = /^ref: (refs\/heads\/\w[\w./-]*)\tHEAD$/m.exec(told)?.[1] ?? this.#branch;
      const newest = /^([0-9a-f]{40,64})\tHEAD$/m.exec(told)?.[1];
      if (newest === undefined) throw new Error("the repository has no commit yet");
      if (newest === this.#head) return newest;
      const args = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--quiet"];
      await this.#git(["fetch", ...args, "--", this.#url, `+HEAD:${HEAD}`]);
      this.#head = (await this.#git(["rev-parse", "--verify", `${HEAD}^{commit}`])).trim();
      return this.#head;
    } catch (error) {
      throw cloudError("FLEET_REPO_UNREACHABLE", this.#words(error), error);
    }
  }

  async #files(commit: string): Promise<RepoFile[]> {
    const list = ["ls-tree", "-l", "-z", "--full-tree", checked(commit), "--", FOLDER];
    const entries = (await this.#git(list)).split("\0").filter((entry) => entry !== "");
    const files: RepoFile[] = [];
    for (const entry of entries) {
      if (files.length > MAX_FILES) break;
      const found = /^(\d{6}) \w+ ([0-9a-f]{40,64}) +(\d+|-)\t(.+\.ya?ml)$/s.exec(entry);
      if (found === null) continue;
      const [, mode = "", object = "", size = "0", path = ""] = found;
      const isFile = mode.startsWith("100");
      const sizeBytes = isFile ? Number(size) : 0;
      const isRead = isFile && sizeBytes <= MAX_FILE_BYTES;
      const text = isRead ? await this.#git(["cat-file", "blob", object]) : null;
      files.push({ path, isFile, sizeBytes, text });
    }
    return files;
  }

  async #make(): Promise<void> {
    if (this.#made) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const args = ["init", "--bare", "--quiet", "--template=", "--", this.#folder];
    await gitIn(this.#folder, this.#stopped.signal).raw(args);
    this.#made = true;
  }

  #git(args: string[], author?: CommitAuthor): Promise<string> {
    return gitIn(this.#folder, this.#stopped.signal, author).raw(args);
  }

  /** Git's own words, without the credentials that an address may hold. */
  #words(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text.replaceAll(this.#url, this.shownUrl).trim().slice(0, 500);
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}

/** An object's name, so that nothing else can stand in its place. */
function checked(name: string): string {
  if (!COMMIT.test(name)) throw new Error("not the name of a Git object");
  return name;
}
