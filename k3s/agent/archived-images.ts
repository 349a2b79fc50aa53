import { execFileSync } from "node:child_process";
import { z } from "zod";

const manifest = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

/**
 * The names under which an archive holds images (docker-archive, as docker and buildah save them).
 * @throws Error where the file is no such archive.
 */
export function archivedImages(archive: string): string[] {
  try {
    const text = execFileSync(
      "tar",
      ["--extract", "--to-stdout", `--file=${archive}`, "manifest.json"],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    return manifest.parse(JSON.parse(text)).flatMap(({ RepoTags }) => RepoTags ?? []);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : error;
    throw new Error(
      `${archive} is no archive of images (docker save, buildah push docker-archive:): ${why}`,
    );
  }
}
