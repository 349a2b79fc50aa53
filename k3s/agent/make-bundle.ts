import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { containersOf } from "../check/document/pod-template.ts";
import { Rendered } from "../check/document/rendered.ts";
import { findingText } from "../check/finding.ts";
import { parseImage } from "../check/images/image-reference.ts";
import { renderTarget } from "../check/render/render-target.ts";
import { archivedImages } from "./archived-images.ts";

const K3S = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const SCRIPTS = ["install.sh", "uninstall.sh"];

/** What goes into a bundle. */
export interface BundleOptions {
  /** What is rendered, from k3s: `clusters/site-1`. */
  site: string;
  /** Archives of images. */
  archives: readonly string[];
  processor: "amd64" | "arm64";
  version: string;
  /** A folder that is not there yet. */
  out: string;
}

/**
 * Writes everything that a site without a registry needs into one folder: manifests, images, sums, install.sh.
 * @throws Error that names every reason why such a site would not run.
 */
export async function makeBundle(options: BundleOptions): Promise<void> {
  const { site, archives, processor, version, out } = options;
  if (existsSync(out)) throw new Error(`${out} is there already; name a new folder`);
  const rendered = await renderTarget(K3S, site);
  if (!(rendered instanceof Rendered)) throw new Error(findingText(rendered));
  const faults = bundleFaults(rendered, archives.flatMap(archivedImages));
  if (faults.length > 0) throw new Error(faults.join("\n"));

  mkdirSync(join(out, "images"), { recursive: true });
  mkdirSync(join(out, "manifests"));
  for (const archive of archives) copyFileSync(archive, join(out, "images", basename(archive)));
  for (const script of SCRIPTS) copyFileSync(join(K3S, "agent", script), join(out, script));
  const documents = rendered.objects.map((object) => stringify(object));
  writeFileSync(join(out, "manifests/sentinel-site.yaml"), documents.join("---\n"), {
    mode: 0o600,
  });
  const description = { site: basename(site), version, processor };
  writeFileSync(
    join(out, "BUNDLE"),
    Object.entries(description)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  writeFileSync(join(out, "SHA256SUMS"), await sums(out));
}

/** Why a site would not run from what is at hand; nothing where it would. */
function bundleFaults(rendered: Rendered, archived: readonly string[]): string[] {
  const faults: string[] = [];
  const unsealed = JSON.stringify(rendered.objects).match(/"TO-BE-SEALED"/g)?.length ?? 0;
  if (unsealed > 0)
    faults.push(`${unsealed} secrets of ${rendered.target} are still to be sealed (k3s/README.md)`);
  const images = rendered.pods.flatMap((pod) =>
    containersOf(pod).map(({ container }) => container.image ?? ""),
  );
  for (const image of new Set(images)) {
    if (parseImage(image).digest !== "")
      faults.push(
        `${image} is named by digest, which imported images have not; add components/air-gapped`,
      );
    else if (!archived.includes(image))
      faults.push(`no archive holds ${image}; there are ${archived.join(", ") || "none"}`);
  }
  return faults;
}

async function sums(folder: string): Promise<string> {
  const files = ["images", "manifests"].flatMap((part) =>
    readdirSync(join(folder, part)).map((name) => `${part}/${name}`),
  );
  const lines: string[] = [];
  for (const file of ["BUNDLE", ...files].sort()) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, file)), hash);
    lines.push(`${hash.digest("hex")}  ${file}\n`);
  }
  return lines.join("");
}
