import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CodedError } from "@sentinel/protocol/coded-error";
import { localError } from "../errors.ts";
import { ensureDebianPackages } from "../setup/debian-packages.ts";
import { repositoryPath } from "../start/repository.ts";
import { buildImages, imageTag } from "./build-images.ts";
import { imageContents } from "./image-contents.ts";
import { IMAGE_NAMES, type ImageName, ImageStore } from "./image-store.ts";
import { tryImage } from "./try-image.ts";

const USAGE = `Usage: npm run images:build -- [IMAGE ...] [--stand-ins] [--processor amd64|arm64] [--save DIR]

  Builds images (edge-agent, cloud, dashboard) by buildah, runs each with a read-only root as its own user, and
  prints what is in it. They are kept in .sentinel/images.

  --stand-ins   bases of Debian's and npm's packages, where no registry of images can be reached; not for a release
  --processor   amd64 (default on such a machine) or arm64; another one than the machine's is only built
  --only-try    takes what was built before
  --save DIR    also writes each as an archive, for a site without a registry (npm run k3s:bundle)
  --registry R  the names in these archives: R/edge-agent (sentinel.local without it)
  --help        show this
`;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      "stand-ins": { type: "boolean", default: false },
      "only-try": { type: "boolean", default: false },
      save: { type: "string" },
      registry: { type: "string", default: "sentinel.local" },
      processor: { type: "string", default: ownProcessor() },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const names = positionals.length === 0 ? IMAGE_NAMES : positionals.map(asImage);
  const { processor } = values;
  if (processor !== "amd64" && processor !== "arm64")
    throw localError("INPUT_INVALID", `--processor ${processor}; accepted: amd64, arm64`);
  const store = new ImageStore(repositoryPath(".sentinel/images"));
  const standIns = values["stand-ins"];
  if (!values["only-try"]) await buildImages(store, names, { standIns, processor });
  if (values.save !== undefined) await save(store, names, values.save, values.registry);
  if (processor !== ownProcessor()) return;
  await ensureDebianPackages([
    { program: "bwrap", packageName: "bubblewrap", neededFor: "running images" },
  ]);
  for (const name of names) {
    await store.withFiles(imageTag(name), async (root) => {
      const ran = await tryImage(name, root);
      process.stdout.write(`${JSON.stringify({ ...(await imageContents(name, root)), ran })}\n`);
    });
  }
}

async function save(
  store: ImageStore,
  names: readonly ImageName[],
  folder: string,
  registry: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    const archive = join(folder, `${name}.tar`);
    rmSync(archive, { force: true });
    const given = imageTag(name).replace(/^[^/]+/, registry);
    await store.save(imageTag(name), archive, given);
    process.stderr.write(`${archive}: ${given}\n`);
  }
}

function ownProcessor(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}

function asImage(text: string): ImageName {
  const name = IMAGE_NAMES.find((one) => one === text);
  if (name !== undefined) return name;
  throw localError("INPUT_INVALID", `no image ${text}; accepted: ${IMAGE_NAMES.join(", ")}`);
}

try {
  await run();
} catch (error) {
  const told = error instanceof CodedError ? `${error.code}: ${error.message}` : String(error);
  process.stderr.write(`${told}\n`);
  process.exitCode = error instanceof CodedError && error.code !== "INPUT_INVALID" ? 1 : 2;
}
