import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { InstanceLock } from "./instance-lock.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sentinel-lock-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("only one holds the lock, and the other is told who", async () => {
  const dataDir = folder();
  const first = new InstanceLock(dataDir);
  await first.acquire();
  first.update({ url: "http://127.0.0.1:8480" });
  await expect(new InstanceLock(dataDir).acquire()).rejects.toMatchObject({
    code: "ALREADY_RUNNING",
    message: expect.stringContaining(`process id ${process.pid}`) as string,
  });
  first.release();
  const second = new InstanceLock(dataDir);
  await second.acquire();
  second.release();
});

test("one that is stopping is waited for", async () => {
  const dataDir = folder();
  const first = new InstanceLock(dataDir);
  await first.acquire();
  first.update({ stopping: true });
  setTimeout(() => first.release(), 3000);
  const second = new InstanceLock(dataDir);
  await second.acquire();
  second.release();
});
