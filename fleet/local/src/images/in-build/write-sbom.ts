import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type OsPackage, osPackages } from "./os-packages.ts";

/** One part of a bill of materials (CycloneDX 1.5), as far as it is read here. */
interface Component {
  type: string;
  name: string;
  version?: string;
  purl?: string;
  [more: string]: unknown;
}

/** A bill of materials, as `npm sbom` prints it. */
interface Bill {
  metadata: { component: Component; [more: string]: unknown };
  components: Component[];
  dependencies?: unknown;
  [more: string]: unknown;
}

/** What an image is made of. */
interface Contents {
  /** As npm tells it of the lock file: for every platform. */
  bill: Bill;
  /** `name@version` of what is really installed. */
  installed: ReadonlySet<string>;
  packages: readonly OsPackage[];
  /** Node's own version, where the image has it. */
  node: string | null;
}

/** The bill of one image: what npm installed for its platform, Node, and the distribution's packages. */
export function imageBill(name: string, { bill, installed, packages, node }: Contents): Bill {
  const modules = bill.components.filter(
    (part) => part.purl?.startsWith("pkg:npm/") && installed.has(`${part.name}@${part.version}`),
  );
  const { dependencies: _ofEveryPlatform, ...rest } = bill;
  const { version } = bill.metadata.component;
  return {
    ...rest,
    metadata: {
      ...bill.metadata,
      component: { type: "container", name: `sentinel/${name}`, ...(version && { version }) },
    },
    components: [
      ...modules,
      ...(node === null
        ? []
        : [{ type: "platform", name: "node", version: node, purl: `pkg:generic/node@${node}` }]),
      ...packages.map(osComponent),
    ],
  };
}

function osComponent({ kind, name, version, architecture }: OsPackage): Component {
  const purl = `pkg:${kind}/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: "library", "bom-ref": purl, name, version, purl };
}

/** What npm says that it has installed in a folder, less what was taken away again. */
function installedIn(folder: string): Set<string> {
  const lock = JSON.parse(
    readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8"),
  ) as { packages: Record<string, { version?: string }> };
  const there = Object.entries(lock.packages).filter(([path]) => existsSync(join(folder, path)));
  return new Set(
    there.map(([path, { version }]) => `${path.split("node_modules/").at(-1)}@${version}`),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      image: { type: "string" },
      modules: { type: "string" },
      workspace: { type: "string" },
      out: { type: "string" },
    },
  });
  const { image, modules, workspace, out } = values;
  if (!image || !modules || !workspace || !out) {
    process.stderr.write(
      "Usage: write-sbom.ts --image ROOT --modules FOLDER --workspace NAME --out FILE\n",
    );
    process.exit(2);
  }
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--omit=dev"];
  const text = execFileSync("npm", [...args, `--workspace=${workspace}`], {
    cwd: modules,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const bill = imageBill(workspace, {
    bill: JSON.parse(text) as Bill,
    installed: installedIn(modules),
    packages: osPackages(image),
    node: existsSync(join(image, "usr/local/bin/node")) ? process.versions.node : null,
  });
  writeFileSync(out, `${JSON.stringify(bill, null, 1)}\n`);
}
