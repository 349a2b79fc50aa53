import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ensureDebianPackages } from "../fleet/local/src/setup/debian-packages.ts";
import { runChecks } from "./check.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const resultSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numFailedTestSuites: z.int(),
});

/** Runs vitest with the arguments given and returns its exit code. */
function runVitest(args: readonly string[], resultFile: string): Promise<number> {
  const command = [
    "run",
    "--config",
    ".ci/vitest.config.ts",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${resultFile}`,
    ...args,
  ];
  return new Promise((resolve) => {
    const child = spawn(join(ROOT, "node_modules", ".bin", "vitest"), command, {
      cwd: ROOT,
      stdio: "inherit",
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The closing line, from vitest's own report; a failed check counts as one failed test. */
function closingLine(resultFile: string, checksPassed: boolean): string {
  const result = resultSchema.parse(JSON.parse(readFileSync(resultFile, "utf8")));
  const passed = result.numPassedTests + (checksPassed ? 1 : 0);
  // A suite that could not even be loaded has no failed test of its own.
  const failed =
    Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0) +
    (checksPassed ? 0 : 1);
  return `${passed} passed, ${failed} failed, ${result.numPendingTests} skipped`;
}

const args = process.argv.slice(2);
await ensureDebianPackages([
  { program: "ffmpeg", packageName: "ffmpeg", neededFor: "the tests with real video" },
  {
    program: "mosquitto",
    packageName: "mosquitto",
    neededFor: "the tests with a real MQTT broker",
  },
  { program: "kcat", packageName: "kcat", neededFor: "the tests of the stream tap" },
  { program: "chromium", packageName: "chromium", neededFor: "the end-to-end test in a browser" },
  {
    program: "psql",
    packageName: "postgresql-client",
    neededFor: "the test of the database's set-up",
  },
  {
    program: "/usr/lib/postgresql/15/bin/postgres",
    packageName: "postgresql",
    neededFor: "the test of back up and restore",
  },
  { program: "rclone", packageName: "rclone", neededFor: "the test of back up and restore" },
  { program: "nginx", packageName: "nginx-light", neededFor: "the tests of the dashboard's image" },
  { program: "shellcheck", packageName: "shellcheck", neededFor: "the tests of install.sh" },
  { program: "openssl", packageName: "openssl", neededFor: "the tests with TLS" },
]);
const checksPassed = args.length > 0 || (await runChecks());
const folder = mkdtempSync(join(tmpdir(), "sentinel-test-"));
try {
  const resultFile = join(folder, "result.json");
  const code = await runVitest(args, resultFile);
  const line = closingLine(resultFile, checksPassed);
  const askedFor = process.env.SENTINEL_TEST_RESULT;
  if (askedFor === undefined) console.log(line);
  else writeFileSync(askedFor, `${line}\n`);
  process.exitCode = code !== 0 || !checksPassed ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
