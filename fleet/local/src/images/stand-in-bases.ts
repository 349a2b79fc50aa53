import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commandOutput } from "./command-output.ts";
import type { ImageStore } from "./image-store.ts";

/** What stands in for the base images where no registry of images can be reached. */
export const STAND_INS = {
  NODE_IMAGE: "localhost/stand-in/node:24",
  NGINX_IMAGE: "localhost/stand-in/nginx:1",
} as const;

const SOURCES = "/etc/apt/sources.list.d";

/**
 * Makes stand-ins of the base images out of Debian's packages and npm's Node: the same Debian and the same Node as
 * the real ones, put together otherwise. To try Dockerfiles with; nothing of it is for a release.
 */
export async function makeStandIns(store: ImageStore, npmFolder: string): Promise<void> {
  if (!(await store.has(STAND_INS.NODE_IMAGE))) await makeNode(store, npmFolder);
  if (!(await store.has(STAND_INS.NGINX_IMAGE))) await makeNginx(store);
}

async function makeNode(store: ImageStore, npmFolder: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-stand-in-"));
  const root = join(folder, "root");
  try {
    await commandOutput("debootstrap", ["--variant=minbase", "bookworm", root], { shown: true });
    if (existsSync(SOURCES)) {
      cpSync(SOURCES, join(root, SOURCES), { recursive: true });
      writeFileSync(join(root, "etc/apt/sources.list"), "");
    }
    for (const rest of ["var/lib/apt/lists", "var/cache/apt"]) {
      rmSync(join(root, rest), { recursive: true });
      mkdirSync(join(root, rest, "partial"), { recursive: true });
    }
    const node = createRequire(import.meta.url).resolve(`node-linux-${process.arch}/bin/node`);
    cpSync(node, join(root, "usr/local/bin/node"));
    cpSync(npmFolder, join(root, "usr/local/lib/node_modules/npm"), { recursive: true });
    const link = join(root, "usr/local/bin/npm");
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", link);
    await build(store, folder, STAND_INS.NODE_IMAGE, ["FROM scratch", "COPY root/ /"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeNginx(store: ImageStore): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-stand-in-"));
  const install =
    "apt-get update && apt-get install --yes --no-install-recommends nginx-light wget";
  try {
    await build(store, folder, STAND_INS.NGINX_IMAGE, [
      `FROM ${STAND_INS.NODE_IMAGE}`,
      `RUN ${install} && rm -rf /var/lib/apt/lists/* /usr/local/bin/* /usr/local/lib/node_modules`,
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function build(
  store: ImageStore,
  context: string,
  tag: string,
  lines: readonly string[],
): Promise<void> {
  const dockerfile = join(context, "Dockerfile");
  writeFileSync(dockerfile, `${lines.join("\n")}\n`);
  await store.build({ dockerfile, context, tag });
}
