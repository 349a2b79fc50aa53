import { execFile } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  readTrustedKeys,
  signDocument,
  type TrustedKeys,
} from "@sentinel/protocol/signed-document";
import type { TestDatabase } from "./test-database.ts";

const run = promisify(execFile);

/** A bare Git repository with channel files, another person's clone of it, and a signing key. */
export class FleetFixture {
  readonly root: string;
  readonly key: KeyObject;
  readonly keys: TrustedKeys;

  private constructor(root: string) {
    this.root = root;
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.key = privateKey;
    this.keys = readTrustedKeys([publicKey.export({ type: "spki", format: "pem" }).toString()]);
  }

  static async make(files: Record<string, string>): Promise<FleetFixture> {
    const fixture = new FleetFixture(await mkdtemp(join(tmpdir(), "sentinel-fleet-")));
    const pem = fixture.key.export({ type: "pkcs8", format: "pem" });
    await writeFile(join(fixture.root, "key.pem"), pem);
    await fixture.git(fixture.root, "init", "--quiet", "--bare", "-b", "main", "fleet.git");
    await fixture.git(fixture.root, "init", "--quiet", "-b", "main", "clone");
    await fixture.git(fixture.clone, "remote", "add", "origin", fixture.url);
    await fixture.commit(files, "first");
    return fixture;
  }

  get url(): string {
    return join(this.root, "fleet.git");
  }

  get clone(): string {
    return join(this.root, "clone");
  }

  /** What a cloud needs to follow it. */
  get environment(): Record<string, string> {
    return {
      SENTINEL_ROLES: "api,ingest,fleet",
      SENTINEL_FLEET_REPO: this.url,
      SENTINEL_SIGNING_KEY_FILE: join(this.root, "key.pem"),
      SENTINEL_WORK_DIR: join(this.root, "work"),
    };
  }

  /** A person's own commit, pushed. @returns its id. */
  async commit(files: Record<string, string>, message: string): Promise<string> {
    await this.pull().catch(() => {});
    return await this.commitHere(files, message, []);
  }

  /** A commit on whatever the clone stands on. */
  async commitHere(
    files: Record<string, string>,
    message: string,
    flags: readonly string[],
  ): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.clone, path)), { recursive: true });
      await writeFile(join(this.clone, path), text);
    }
    await this.git(this.clone, "add", ".");
    await this.git(this.clone, "commit", "--quiet", "-m", message);
    await this.git(this.clone, "push", "--quiet", ...flags, "origin", "HEAD:main");
    return await this.git(this.clone, "rev-parse", "HEAD");
  }

  async pull(): Promise<void> {
    await this.git(this.clone, "fetch", "--quiet", "origin", "main");
    await this.git(this.clone, "reset", "--quiet", "--hard", "FETCH_HEAD");
  }

  /** Git's answer in a folder. */
  async git(folder: string, ...args: string[]): Promise<string> {
    const person = ["-c", "user.name=Lena", "-c", "user.email=lena@example.org"];
    const { stdout } = await run("git", ["-C", folder, ...person, ...args]);
    return stdout.trim();
  }

  /** A file of the newest commit of the bare repository. */
  async show(path: string): Promise<string> {
    return await this.git(this.url, "show", `main:${path}`);
  }

  /** Puts a model into the registry, with a signed manifest where it is approved. */
  async register(database: TestDatabase, digest: string, state = "approved"): Promise<void> {
    const signed = { _type: "model", digest };
    const manifest = state === "candidate" ? null : signDocument(signed, this.key);
    await database.query(
      `insert into model_versions (digest, name, layout, input_size, class_names, licence, size_bytes,
        state, made_at, manifest) values ($1, $2, 'yolov5', 320, '["car"]', '{}', 1, $3, 1, $4)`,
      [
        digest,
        `model ${digest.slice(0, 4)}`,
        state,
        manifest === null ? null : JSON.stringify(manifest),
      ],
    );
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** `channels/stable.yaml` with two waves that are watched for no time. */
export function stableFile(
  model: string | null,
  more: { waves?: string; bounds?: string } = {},
): string {
  return `channel: stable
model: ${model}
reason: as the test wants it
waves:
${
  more.waves ??
  `  - { name: canary, labels: { ring: canary }, watchSeconds: 0 }
  - { name: rest, watchSeconds: 0, neededShare: 0.5 }`
}
${more.bounds ?? ""}
`;
}
