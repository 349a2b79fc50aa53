import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { AWAITED } from "./awaited-settings.ts";
import { awaitedNoLonger } from "./check-awaited.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

test("an awaited setting that a package knows by now must leave the list", () => {
  const copy = mkdtempSync(join(tmpdir(), "sentinel-awaited-"));
  try {
    for (const name of ["cloud", "edge-agent"]) {
      for (const file of ["main.ts", "config.ts"]) {
        cpSync(join(REPOSITORY, name, "src", file), join(copy, name, "src", file));
      }
    }
    const before = awaitedNoLonger(copy);
    const [landed] = AWAITED.variables;
    writeFileSync(join(copy, "edge-agent", "src", "config.ts"), `const name = "${landed}";`);
    expect(awaitedNoLonger(copy)).toEqual([landed, ...before]);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
