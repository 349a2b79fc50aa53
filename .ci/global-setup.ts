import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { EmbeddedPostgres } from "../fleet/local/src/postgres/embedded-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's address of a running PostgreSQL; each test file makes a database of its own. */
    postgresUrl: string;
  }
}

/** Programs that tests run: name, the flag that makes it answer, what to install. */
const PROGRAMS = [
  ["ffmpeg", "-version", "apt-get install ffmpeg"],
  ["chromium", "--version", "apt-get install chromium"],
] as const;

/** Starts what all tests share, once a run; returns how to stop it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "sentinel-tests-"));
  const postgres = new EmbeddedPostgres({ dataDir });
  const teardown = async (): Promise<void> => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const [{ url }] = await Promise.all([postgres.start(), checkPrograms()]);
    project.provide("postgresUrl", url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

/** @throws Error naming every program that does not run here and how to install it. */
async function checkPrograms(): Promise<void> {
  const missing = await Promise.all(
    PROGRAMS.map(async ([program, flag, install]) =>
      (await runs(program, flag)) ? [] : [`${program} does not run here; install it: ${install}`],
    ),
  );
  const lines = missing.flat();
  if (lines.length > 0) throw new Error(`the tests need more programs:\n${lines.join("\n")}`);
}

function runs(program: string, flag: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, [flag], { stdio: "ignore", timeout: 20_000 });
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}
