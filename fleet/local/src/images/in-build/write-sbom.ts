import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type NpmPackage, npmPackages, purlOf } from "./npm-packages.ts";
import { type OsPackage, osPackages } from "./os-packages.ts";

/** What an image is made of. */
interface Contents {
  npm: readonly NpmPackage[];
  os: readonly OsPackage[];
  /** Node's own version, where the image has it. */
  node: string | null;
}

/** The bill of materials of one image, in CycloneDX 1.5: the same bytes for the same contents. */
export function imageBill(image: string, version: string, { npm, os, node }: Contents) {
  const purl = `pkg:generic/node@${node}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: { type: "container", "bom-ref": "image", name: `sentinel/${image}`, version },
    },
    components: [
      ...(node === null
        ? []
        : [{ type: "platform", "bom-ref": purl, name: "node", version: node, purl }]),
      ...unique(npm.map(npmComponent)),
      ...unique(os.map(osComponent)),
    ],
  };
}

/** npm may have the same version of a package in several places. */
function unique<T extends { purl: string }>(components: readonly T[]): T[] {
  return [...new Map(components.map((component) => [component.purl, component])).values()];
}

function npmComponent(npm: NpmPackage) {
  const { name, version, licence, sha512 } = npm;
  const purl = purlOf(npm);
  return {
    ...{ type: "library", "bom-ref": purl, name, version, purl },
    ...(licence === "" ? {} : { licenses: [{ expression: licence }] }),
    ...(sha512 === "" ? {} : { hashes: [{ alg: "SHA-512", content: sha512 }] }),
  };
}

function osComponent({ kind, name, version, architecture }: OsPackage) {
  const purl = `pkg:${kind}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: "library", "bom-ref": purl, name, version, purl };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      image: { type: "string" },
      modules: { type: "string" },
      name: { type: "string" },
      version: { type: "string" },
      out: { type: "string" },
    },
  });
  const { image, modules, name, version, out } = values;
  if (!image || !modules || !name || !version || !out) {
    process.stderr.write(
      "Usage: write-sbom.ts --image ROOT --modules FOLDER --name IMAGE --version VERSION --out FILE\n",
    );
    process.exit(2);
  }
  const bill = imageBill(name, version, {
    npm: npmPackages(modules, name),
    os: osPackages(image),
    node: existsSync(join(image, "usr/local/bin/node")) ? process.versions.node : null,
  });
  writeFileSync(out, `${JSON.stringify(bill, null, 1)}\n`);
}
