import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { archivedImages } from "../agent/archived-images.ts";
import { makeBundle } from "../agent/make-bundle.ts";
import { K3S } from "./copied-tree.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-air-gapped-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SITE = "overlays/ci/site-alternatives";
/** What the site runs; without content, since nothing here starts them. */
const IMAGES = ["sentinel.local/edge-agent:0.1.0", "docker.io/bluenviron/mediamtx:1.21.1-ffmpeg"];
const PROCESSOR = process.arch === "arm64" ? "arm64" : "amd64";

function archive(name: string, tags: readonly string[]): string {
  writeFileSync(join(folder, "manifest.json"), JSON.stringify([{ RepoTags: tags }]));
  const file = join(folder, name);
  execFileSync("tar", ["--create", `--file=${file}`, `--directory=${folder}`, "manifest.json"]);
  return file;
}

async function bundle(processor: "amd64" | "arm64" = PROCESSOR): Promise<string> {
  const out = join(folder, "bundle");
  const archives = [archive("agent.tar", IMAGES.slice(0, 1)), archive("rest.tar", IMAGES.slice(1))];
  await makeBundle({ site: SITE, archives, processor, version: "0.1.0", out });
  return out;
}

/** A machine below a folder, with k3s where its installer puts it. */
function machine({ k3s = true } = {}): string {
  const root = join(folder, "machine");
  mkdirSync(join(root, "usr/local/bin"), { recursive: true });
  mkdirSync(join(root, "var/lib"), { recursive: true });
  if (k3s) {
    writeFileSync(join(root, "usr/local/bin/k3s"), "");
    chmodSync(join(root, "usr/local/bin/k3s"), 0o755);
  }
  return root;
}

function sh(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync("sh", [script, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const LAID = "var/lib/rancher/k3s/agent/images";
const MANIFEST = "var/lib/rancher/k3s/server/manifests/sentinel-site.yaml";

describe("a bundle", () => {
  test("is whole: manifests, images, sums that hold, scripts", async () => {
    const out = await bundle();
    expect(readdirSync(out).sort()).toEqual(
      ["BUNDLE", "SHA256SUMS", "images", "install.sh", "manifests", "uninstall.sh"].sort(),
    );
    execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: out });
    expect(readFileSync(join(out, "manifests/sentinel-site.yaml"), "utf8")).toContain(
      "kind: StatefulSet",
    );
  });

  test("is refused where an image is missing, named by digest, or a secret is not sealed", async () => {
    const archives = [archive("agent.tar", IMAGES.slice(0, 1))];
    const rest = { archives, processor: PROCESSOR, version: "0.1.0" } as const;
    const make = (site: string) => makeBundle({ ...rest, site, out: join(folder, "bundle") });
    await expect(make(SITE)).rejects.toThrow("no archive holds docker.io/bluenviron/mediamtx");
    await expect(make("overlays/ci/site")).rejects.toThrow("add components/air-gapped");
    await expect(make("clusters/site-example")).rejects.toThrow("still to be sealed");
    expect(existsSync(join(folder, "bundle"))).toBe(false);
  });

  test("takes only archives of images", () => {
    expect(archivedImages(archive("a.tar", ["a:1", "b:2"]))).toEqual(["a:1", "b:2"]);
    writeFileSync(join(folder, "b.tar"), "no archive");
    expect(() => archivedImages(join(folder, "b.tar"))).toThrow("is no archive of images");
  });
});

describe("install.sh and uninstall.sh", () => {
  test("lay everything once, replace what differs, and take it all away again", async () => {
    const out = await bundle();
    const root = machine();
    const install = () => sh(join(out, "install.sh"), "--root", root);
    const first = install();
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout.match(/^laid /gm)).toHaveLength(3);
    expect(readdirSync(join(root, LAID))).toEqual(["sentinel-agent.tar", "sentinel-rest.tar"]);
    expect(statSync(join(root, MANIFEST)).mode & 0o777).toBe(0o600);

    writeFileSync(join(root, LAID, "sentinel-old.tar"), "of an earlier version");
    writeFileSync(join(root, LAID, "k3s-airgap-images.tar"), "not ours");
    appendFileSync(join(root, MANIFEST), "# changed");
    const second = install();
    expect(second.stdout.match(/^(laid|removed) /gm)).toEqual(["removed ", "laid "]);
    expect(readdirSync(join(root, LAID)).sort()).toEqual(
      ["k3s-airgap-images.tar", "sentinel-agent.tar", "sentinel-rest.tar"].sort(),
    );
    expect(install().stdout).toBe("sentinel 0.1.0 is installed for site site-alternatives\n");

    const uninstall = () => sh(join(out, "uninstall.sh"), "--root", root);
    expect(uninstall()).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(join(root, LAID))).toEqual(["k3s-airgap-images.tar"]);
    expect(existsSync(join(root, MANIFEST))).toBe(false);
    expect(uninstall()).toMatchObject({ status: 0, stderr: "" });
  });

  /** What is wrong, how it is made so, and what the person is told. */
  const FAULTS: readonly [
    what: string,
    told: RegExp,
    spoil: (out: string, root: string) => void,
  ][] = [
    [
      "k3s is missing",
      /there is no k3s in .*install it first/,
      (_out, root) => {
        rmSync(join(root, "usr/local/bin/k3s"));
      },
    ],
    [
      "an archive is damaged",
      /images\/agent\.tar: FAILED[\s\S]*the bundle is damaged/,
      (out) => {
        appendFileSync(join(out, "images/agent.tar"), "x");
      },
    ],
    [
      "an archive was added",
      /does not list/,
      (out) => {
        writeFileSync(join(out, "images/more.tar"), "x");
      },
    ],
    [
      "part of it is missing",
      /holds no manifests/,
      (out) => {
        rmSync(join(out, "manifests"), { recursive: true });
      },
    ],
  ];

  test.each(FAULTS)("%s: nothing is changed", async (_what, told, spoil) => {
    const out = await bundle();
    const root = machine();
    spoil(out, root);
    const { status, stderr } = sh(join(out, "install.sh"), "--root", root);
    expect(status).toBe(1);
    expect(stderr).toMatch(told);
    expect(readdirSync(join(root, "var/lib"))).toEqual([]);
  });

  test("a bundle for another processor", async () => {
    const out = await bundle(PROCESSOR === "amd64" ? "arm64" : "amd64");
    const { status, stderr } = sh(join(out, "install.sh"), "--root", machine());
    expect(status).toBe(1);
    expect(stderr).toMatch(/the bundle is for (aarch64|x86_64), this machine is/);
  });

  test("are plain POSIX, as shellcheck reads them", () => {
    const files = ["install.sh", "uninstall.sh"].map((name) => join(K3S, "agent", name));
    const { status, stdout } = spawnSync("shellcheck", ["--shell=sh", ...files], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test.each(["install.sh", "uninstall.sh"])("%s: help, and wrong usage", (script) => {
    const file = join(K3S, "agent", script);
    expect(sh(file, "--help")).toMatchObject({ status: 0, stderr: "" });
    expect(sh(file, "--colour")).toMatchObject({ status: 2, stdout: "" });
    expect(sh(file, "--root")).toMatchObject({ status: 2 });
    expect(sh(file, "--root", join(folder, "nowhere"))).toMatchObject({ status: 2 });
  });
});
