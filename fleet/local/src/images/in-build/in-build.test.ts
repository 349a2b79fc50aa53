import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadedLibraries } from "./copy-program.ts";
import { keepPlatform } from "./keep-platform.ts";
import { npmPackages } from "./npm-packages.ts";
import { osPackages } from "./os-packages.ts";
import { imageBill } from "./write-sbom.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-in-build-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text = ""): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

describe("what no container of a platform loads", () => {
  const FILES = [
    "@ffmpeg-installer/linux-x64/ffmpeg",
    "better-sqlite3/deps/sqlite3.c",
    "better-sqlite3/lib/index.js",
    "better-sqlite3/prebuilds/linux-arm64.node",
    "better-sqlite3/prebuilds/linux-x64.node",
    "better-sqlite3/prebuilds/win32-x64.node",
    "onnxruntime-node/bin/napi-v6/darwin/arm64/a.node",
    "onnxruntime-node/bin/napi-v6/linux/arm64/a.node",
    "onnxruntime-node/bin/napi-v6/linux/x64/a.node",
    "typescript/lib/tsc.js",
    "zod/index.js",
    "zod/index.js.map",
  ];

  test.each(["x64", "arm64"] as const)("is taken away for linux-%s", (processor) => {
    for (const file of FILES) write(file);
    keepPlatform(folder, `linux-${processor}`);
    expect(FILES.filter((file) => existsSync(join(folder, file)))).toEqual([
      "better-sqlite3/lib/index.js",
      `better-sqlite3/prebuilds/linux-${processor}.node`,
      `onnxruntime-node/bin/napi-v6/linux/${processor}/a.node`,
      "zod/index.js",
    ]);
    expect(keepPlatform(folder, `linux-${processor}`)).toEqual([]);
  });

  test("a package that has changed its layout is told, not broken", () => {
    write("better-sqlite3/prebuilds/linux-riscv64.node");
    expect(() => keepPlatform(folder, "linux-x64")).toThrow(/holds no linux-x64\.node/);
    expect(existsSync(join(folder, "better-sqlite3/prebuilds/linux-riscv64.node"))).toBe(true);
  });
});

test("the loader's answer is read; a library that is missing ends the build", () => {
  const answer = [
    "\tlinux-vdso.so.1 (0x00007ffd)",
    "\tlibb.so.2 => /usr/lib/libb.so.2 (0x00007f)",
    "\tliba.so.1 => /lib/x/liba.so.1 (0x00007f)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)",
  ].join("\n");
  expect(loadedLibraries(answer)).toEqual(["/lib/x/liba.so.1", "/usr/lib/libb.so.2"]);
  expect(() => loadedLibraries("\tlibc.so.9 => not found\n")).toThrow(/libc\.so\.9/);
});

test("an image's bill names what npm installed for running, and the packages of Debian and Alpine", () => {
  const packages = {
    "edge-agent": {
      name: "@sentinel/edge-agent",
      version: "0.1.0",
      dependencies: { a: "1", zod: "4", "taken-away": "1", "@sentinel/protocol": "0.1.0" },
      devDependencies: { vite: "8" },
    },
    "fleet/protocol": { name: "@sentinel/protocol", version: "0.1.0" },
    "node_modules/@sentinel/protocol": { resolved: "fleet/protocol", link: true },
    "node_modules/zod": { version: "4.0.0", license: "MIT", integrity: "sha512-AAH/" },
    "node_modules/a": {
      version: "1.0.0",
      dependencies: { zod: "3" },
      peerDependencies: { peer: "1", vite: "8" },
      peerDependenciesMeta: { vite: { optional: true } },
    },
    "node_modules/a/node_modules/zod": { version: "3.0.0" },
    "node_modules/peer": { version: "1.0.0" },
    "node_modules/vite": { version: "8.0.0" },
    "node_modules/taken-away": { version: "1.0.0" },
  };
  write("node_modules/.package-lock.json", JSON.stringify({ packages }));
  for (const path of Object.keys(packages)) {
    if (!path.endsWith("taken-away")) mkdirSync(join(folder, path), { recursive: true });
  }
  write(
    "var/lib/dpkg/status",
    "Package: git\nStatus: install ok installed\nArchitecture: amd64\nDescription: it: tracks\n more: of it\nVersion: 1:2.39\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n",
  );
  write("usr/share/sbom/packages/ffmpeg.tsv", "libavcodec59\t7:5.1\tamd64\n");
  write("lib/apk/db/installed", "C:Q1x=\nP:nginx\nV:1.30.5-r1\nA:x86_64\nF:etc\n\n");
  const bill = imageBill("edge-agent", "0.1.0", {
    npm: npmPackages(folder, "edge-agent"),
    os: osPackages(folder),
    node: "24.0.0",
  });
  expect(bill.components.map(({ purl }) => purl)).toEqual([
    "pkg:generic/node@24.0.0",
    "pkg:npm/%40sentinel/edge-agent@0.1.0",
    "pkg:npm/%40sentinel/protocol@0.1.0",
    "pkg:npm/a@1.0.0",
    "pkg:npm/peer@1.0.0",
    "pkg:npm/zod@3.0.0",
    "pkg:npm/zod@4.0.0",
    "pkg:deb/debian/git@1%3A2.39?arch=amd64",
    "pkg:deb/debian/libavcodec59@7%3A5.1?arch=amd64",
    "pkg:apk/alpine/nginx@1.30.5-r1?arch=x86_64",
  ]);
  expect(
    bill.components.find(({ name, version }) => name === "zod" && version === "4.0.0"),
  ).toMatchObject({
    licenses: [{ expression: "MIT" }],
    hashes: [{ alg: "SHA-512", content: "0001ff" }],
  });
});
