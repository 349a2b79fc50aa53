import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureDebianPackages } from "../setup/debian-packages.ts";
import { repositoryPath, sentinelVersion } from "../start/repository.ts";
import { commandOutput } from "./command-output.ts";
import type { ImageName, ImageStore } from "./image-store.ts";
import { makeStandIns, STAND_INS } from "./stand-in-bases.ts";

/** Where this machine keeps the authorities that it trusts, and where a build finds them. */
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
const AUTHORITIES_IN_BUILD = "/authorities.crt";

/** An image's name with its version, as manifests name it before a registry is chosen. */
export function imageTag(name: ImageName): string {
  return `sentinel.local/${name}:${sentinelVersion()}`;
}

/**
 * Builds images from their Dockerfiles by buildah, without a daemon.
 *
 * @param options.standIns bases made of Debian's and npm's packages in place of those that the Dockerfiles name.
 * @throws CodedError IMAGE_BUILD_FAILED.
 */
export async function buildImages(
  store: ImageStore,
  names: readonly ImageName[],
  { standIns, processor }: { standIns: boolean; processor: "amd64" | "arm64" },
): Promise<void> {
  await ensureDebianPackages([
    { program: "buildah", packageName: "buildah", neededFor: "building images" },
    ...(standIns
      ? [{ program: "debootstrap", packageName: "debootstrap", neededFor: "stand-ins of bases" }]
      : []),
  ]);
  if (standIns) await makeStandIns(store, await npmFolder());
  const folder = mkdtempSync(join(tmpdir(), "sentinel-images-"));
  try {
    const mounts = await npmSettings(folder);
    const revision = await commandOutput("git", ["-C", repositoryPath("."), "rev-parse", "HEAD"]);
    for (const name of names) {
      await store.build({
        dockerfile: repositoryPath(`${name}/Dockerfile`),
        context: repositoryPath("."),
        tag: imageTag(name),
        buildArgs: {
          TARGETARCH: processor,
          VERSION: sentinelVersion(),
          REVISION: revision.trim(),
          ...(standIns ? STAND_INS : {}),
        },
        mounts,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm inside of a build asks the registry that npm asks here, and trusts whom it trusts. */
async function npmSettings(folder: string): Promise<string[]> {
  const registry = (await commandOutput("npm", ["config", "get", "registry"])).trim();
  const file = join(folder, "npmrc");
  const trusts = existsSync(AUTHORITIES);
  const lines = [`registry=${registry}`, ...(trusts ? [`cafile=${AUTHORITIES_IN_BUILD}`] : [])];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return [
    `${file}:/root/.npmrc:ro`,
    ...(trusts ? [`${realpathSync(AUTHORITIES)}:${AUTHORITIES_IN_BUILD}:ro`] : []),
  ];
}

/** The folder of the npm that is on the PATH. */
async function npmFolder(): Promise<string> {
  const program = (await commandOutput("which", ["npm"])).trim();
  return dirname(dirname(realpathSync(program)));
}
