import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SERVICE_HEADERS } from "../../../cloud/test/api-client.ts";
import { startCloud } from "../../../cloud/test/running-cloud.ts";
import { EmbeddedPostgres } from "../src/postgres/embedded-postgres.ts";

/** A process and all that it has started. */
function treeOf(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
        return [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
  const below = (id: number): number[] => [
    id,
    ...parents.filter(({ parent }) => parent === id).flatMap((child) => below(child.pid)),
  ];
  return below(pid);
}

test("while PostgreSQL stands still questions are refused soon and by name, and answered when it goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sentinel-stopped-"));
  const postgres = new EmbeddedPostgres({ dataDir: folder });
  const { url } = await postgres.start();
  const signal = (name: NodeJS.Signals) => {
    for (const pid of treeOf(postgres.pid ?? 0)) process.kill(pid, name);
  };
  onTestFinished(async () => {
    signal("SIGCONT");
    await postgres.stop();
    await rm(folder, { recursive: true });
  });
  const database = { url, query: async () => [], drop: async () => undefined };
  const cloud = await startCloud({}, {}, database);
  const asked = ["events.list?input=%7B%7D", "events.classes", "nodes.list", "rollouts.list"];
  const ask = () =>
    Promise.all(
      asked.map(async (path) => {
        const answer = await fetch(`${cloud.httpUrl}/api/trpc/${path}`, {
          headers: SERVICE_HEADERS,
          signal: AbortSignal.timeout(12_000),
        });
        return { status: answer.status, text: await answer.text() };
      }),
    );
  try {
    expect((await ask()).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    signal("SIGSTOP");
    for (const { status, text } of await ask()) {
      expect(status).toBe(503);
      expect(text).toContain("DATABASE_UNREACHABLE: PostgreSQL does not answer now");
    }
    signal("SIGCONT");
    await expect
      .poll(async () => (await ask()).map(({ status }) => status), { timeout: 40_000 })
      .toEqual([200, 200, 200, 200]);
  } finally {
    signal("SIGCONT");
    await cloud.stop();
  }
});
