import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { commandOutput } from "./command-output.ts";
import type { ImageName } from "./image-store.ts";

/** How large an image is, and of how many parts. */
export interface ImageContents {
  image: ImageName;
  bytes: number;
  /** Bytes of its larger folders, from the root. */
  folders: Record<string, number>;
  npmPackages: number;
  osPackages: number;
}

const FOLDERS: Readonly<Record<ImageName, readonly string[]>> = {
  "edge-agent": ["usr/local", "usr/lib", "app/node_modules", "app/edge-agent"],
  cloud: ["usr/local", "usr/lib", "app/node_modules", "app/cloud"],
  dashboard: ["usr/share/nginx", "usr/lib"],
};

const bill = z.object({ components: z.array(z.object({ purl: z.string() })) });

/** Measures an image's files, and reads its bill of materials. @param root where its files lie. */
export async function imageContents(image: ImageName, root: string): Promise<ImageContents> {
  const text = readFileSync(join(root, `usr/share/sbom/${image}.cdx.json`), "utf8");
  const { components } = bill.parse(JSON.parse(text));
  const count = (kind: RegExp) => components.filter(({ purl }) => kind.test(purl)).length;
  const folders: Record<string, number> = {};
  for (const folder of FOLDERS[image]) folders[folder] = await bytesBelow(join(root, folder));
  return {
    image,
    bytes: await bytesBelow(root),
    folders,
    npmPackages: count(/^pkg:npm\//),
    osPackages: count(/^pkg:(deb|apk)\//),
  };
}

async function bytesBelow(folder: string): Promise<number> {
  const output = await commandOutput("du", ["--summarize", "--bytes", "--one-file-system", folder]);
  return Number(output.split("\t")[0]);
}
