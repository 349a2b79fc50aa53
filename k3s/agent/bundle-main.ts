import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { makeBundle } from "./make-bundle.ts";

const USAGE = `Usage: npm run k3s:bundle -- --site TARGET --image ARCHIVE [--image ARCHIVE ...] --out DIR

  Makes the folder that install.sh puts on a node of a site without a registry.

  --site       what is rendered, from k3s: clusters/site-1
  --image      an archive of images: npm run images:build -- edge-agent --save DIR, docker save, buildah push
  --processor  amd64 (default) or arm64
  --out        a new folder
  --help       show this

  k3s/agent/images/README.md tells what to do with it.
`;

const given = z.object({
  site: z.string("--site is missing"),
  image: z.array(z.string(), "--image is missing"),
  processor: z.enum(["amd64", "arm64"], "--processor; accepted: amd64, arm64").default("amd64"),
  out: z.string("--out is missing"),
});

const text = { type: "string" } as const;
try {
  const { values } = parseArgs({
    options: {
      ...{ site: text, processor: text, out: text },
      image: { type: "string", multiple: true },
      help: { type: "boolean" },
    },
  });
  if (values.help) process.stdout.write(USAGE);
  else {
    const { site, image, processor, out } = given.parse(values);
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));
    const target = site.replace(/^(\.\/)?(k3s\/)?/, "").replace(/\/$/, "");
    await makeBundle({ site: target, archives: image, processor, out, version });
    process.stdout.write(`${out}: copy it to the node, and there: sudo sh install.sh\n`);
  }
} catch (error) {
  const isUsage = error instanceof z.ZodError;
  const told = isUsage
    ? error.issues.map(({ message }) => message).join("\n")
    : error instanceof Error
      ? error.message
      : String(error);
  process.stderr.write(`${told}\n${isUsage ? USAGE : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
