import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { EmbeddedPostgres } from "../fleet/local/src/postgres/embedded-postgres.ts";
import { runs } from "../fleet/local/src/setup/debian-packages.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's address of a running PostgreSQL; each test file makes a database of its own. */
    postgresUrl: string;
  }
}

/** Debian's packages of programs that tests run, by program. */
const PROGRAMS = {
  ffmpeg: "ffmpeg",
  chromium: "chromium",
  mosquitto: "mosquitto",
  kcat: "kcat",
  psql: "postgresql-client",
  "/usr/lib/postgresql/15/bin/postgres": "postgresql",
  rclone: "rclone",
  openssl: "openssl",
  nginx: "nginx-light",
  shellcheck: "shellcheck",
};

/** Starts what all tests share, once a run; returns how to stop it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "sentinel-tests-"));
  const postgres = new EmbeddedPostgres({ dataDir });
  const teardown = async (): Promise<void> => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    checkPrograms();
    const { url } = await postgres.start();
    project.provide("postgresUrl", url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

/** @throws Error naming every program that does not run here and how to install it. */
function checkPrograms(): void {
  const missing = Object.entries(PROGRAMS).filter(([program]) => !runs(program));
  if (missing.length === 0) return;
  const lines = missing.map(
    ([program, name]) => `${program} does not run here; install it: apt-get install ${name}`,
  );
  throw new Error(`the tests need more programs:\n${lines.join("\n")}`);
}
