import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandOutput } from "./command-output.ts";

/** The images that are made of this repository, by the folder of their Dockerfile. */
export const IMAGE_NAMES = ["edge-agent", "cloud", "dashboard"] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

/** Images of this checkout, in a folder of their own: whatever else the machine stores stays untouched. */
export class ImageStore {
  readonly #places: readonly string[];

  /** @param folder made where it is missing. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#places = ["--root", join(folder, "store"), "--runroot", join(folder, "run")];
  }

  /** Builds an image from a Dockerfile; chroot is enough of a wall for a build, and works without a daemon. */
  async build(options: {
    dockerfile: string;
    context: string;
    tag: string;
    buildArgs?: Readonly<Record<string, string>>;
    mounts?: readonly string[];
    ignoreFile?: string;
  }): Promise<void> {
    const { dockerfile, context, tag, buildArgs = {}, mounts = [], ignoreFile } = options;
    const flags = [
      ...["--isolation", "chroot", "--format", "docker", "--layers"],
      ...["--file", dockerfile, "--tag", tag],
      ...Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...mounts.flatMap((mount) => ["--volume", mount]),
      ...(ignoreFile === undefined ? [] : ["--ignorefile", ignoreFile]),
    ];
    await this.#buildah(["build", ...flags, context], true);
  }

  async has(tag: string): Promise<boolean> {
    return (await this.#buildah(["images", "--quiet", "--filter", `reference=${tag}`])) !== "";
  }

  /** Runs work with an image's files in a folder, which is gone afterwards. */
  async withFiles<T>(tag: string, work: (root: string) => Promise<T>): Promise<T> {
    const container = (await this.#buildah(["from", "--pull-never", tag])).trim();
    try {
      return await work((await this.#buildah(["mount", container])).trim());
    } finally {
      await this.#buildah(["rm", container]);
    }
  }

  /** Writes an image, under a name, to an archive as k3s and docker read it. */
  async save(tag: string, archive: string, name: string): Promise<void> {
    await this.#buildah(["push", "--quiet", tag, `docker-archive:${archive}:${name}`]);
  }

  #buildah(args: readonly string[], shown = false): Promise<string> {
    return commandOutput("buildah", [...this.#places, ...args], { shown });
  }
}
