import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RoleLog } from "./role-log.ts";

test("a log that grows is put aside once, and what follows goes on", () => {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "cloud.log");
  const log = new RoleLog(file, 10);
  for (const text of ["first\n", "second\n", "third\n"]) log.write(Buffer.from(text));
  log.close();
  expect(readFileSync(file, "utf8")).toBe("third\n");
  expect(readFileSync(`${file}.1`, "utf8")).toBe("second\n");
});

test("a disk that is full is no reason to stop", () => {
  const log = new RoleLog("/dev/full", 1_000_000);
  expect(() => log.write(Buffer.from("line\n"))).not.toThrow();
  log.close();
});
