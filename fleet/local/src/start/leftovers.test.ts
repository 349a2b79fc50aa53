import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Leftovers } from "./leftovers.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sentinel-leftovers-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a process that an earlier instance left is ended", async () => {
  const dataDir = folder();
  const child = spawn("sleep", ["60"]);
  const exited = once(child, "exit");
  new Leftovers(dataDir).remember(child.pid ?? 0);
  expect(await new Leftovers(dataDir).end()).toBe(1);
  expect((await exited)[1]).toBe("SIGKILL");
  expect(await new Leftovers(dataDir).end()).toBe(0);
});

test("a process id that now belongs to somebody else is left alone", async () => {
  const dataDir = folder();
  const child = spawn("sleep", ["60"]);
  onTestFinished(() => {
    child.kill();
  });
  writeFileSync(
    join(dataDir, "processes.json"),
    JSON.stringify([{ pid: child.pid, startTicks: "1" }]),
  );
  expect(await new Leftovers(dataDir).end()).toBe(0);
  expect(child.exitCode).toBeNull();
});

test("a file torn by a kill is no obstacle", async () => {
  const dataDir = folder();
  writeFileSync(join(dataDir, "processes.json"), '[{"pid":');
  expect(await new Leftovers(dataDir).end()).toBe(0);
});
