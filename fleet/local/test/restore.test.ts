import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EdgeNode } from "../../../cloud/test/edge-node.ts";
import { startCloud } from "../../../cloud/test/running-cloud.ts";
import { trackRow } from "../../../cloud/test/sample-rows.ts";
import { ensureFleetRepository } from "../src/start/fleet-repository.ts";
import { repositoryPath } from "../src/start/repository.ts";
import { DebianPostgres } from "./debian-postgres.ts";
import {
  ACCESS_KEY,
  awsClient,
  REGION,
  type S3Fixture,
  SECRET_KEY,
  startS3,
} from "./s3-fixture.ts";

// The blocks of docs/operating.md, run as they stand there. `kubectl exec` runs the command here, beside the server;
// what only a cluster has (scaling, the key of Sealed Secrets) is accepted and does nothing.

const run = promisify(execFile);

const KUBECTL = `#!/bin/sh
case "$*" in
  *" exec "*) while [ "$1" != -- ]; do shift; done; shift; exec "$@" ;;
  *" scale "*|*" get secret "*) exit 0 ;;
  *) echo "kubectl $*: not known here" >&2; exit 1 ;;
esac
`;
const BUCKETS = ["sentinel-models", "sentinel-clips", "sentinel-datasets"];
const PICTURE = Buffer.from("a picture of a person at a gate");

let folder: string;
let postgres: DebianPostgres;
let blobs: S3Fixture;
let repository: string;

/** The first shell block below a heading. */
function block(heading: string): string {
  const text = readFileSync(repositoryPath("docs/operating.md"), "utf8");
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const found = /```sh\n([\s\S]*?)```/.exec(section)?.[1];
  if (found === undefined) throw new Error(`docs/operating.md has no commands below ${heading}`);
  return found;
}

/** The blob store answers from this process, so nothing here may wait with its eyes closed. */
async function runBlock(heading: string): Promise<void> {
  await run("bash", ["--norc", "-euc", block(heading)], {
    timeout: 120_000,
    cwd: join(folder, "backup"),
    env: {
      ...postgres.environment,
      PATH: `${join(folder, "bin")}:${postgres.environment.PATH}`,
      HOME: folder,
      FLEET_REPO: repository,
      RCLONE_S3_PROVIDER: "Minio",
      RCLONE_S3_ENDPOINT: blobs.endpoint,
      RCLONE_S3_REGION: REGION,
      RCLONE_S3_ACCESS_KEY_ID: ACCESS_KEY,
      RCLONE_S3_SECRET_ACCESS_KEY: SECRET_KEY,
    },
  });
}

const url = () => `postgres://sentinel:one@127.0.0.1:${postgres.environment.PGPORT}/sentinel`;

async function query(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
}

/** A digest of each table's rows. */
async function everyTable(): Promise<Record<string, unknown>> {
  const tables = await query(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const digests: Record<string, unknown> = {};
  for (const { name } of tables) {
    const [row] = await query(
      `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as rows from ${name} t`,
    );
    digests[String(name)] = row?.rows;
  }
  return digests;
}

async function startFreshStores(): Promise<void> {
  postgres = await DebianPostgres.start(mkdtempSync(join(folder, "postgres-")));
  const password = join(folder, "password");
  writeFileSync(password, "one");
  // The manifest's own set-up of an empty volume.
  execFileSync("sh", [repositoryPath("k3s/base/postgres/files/10-sentinel.sh")], {
    env: { ...postgres.environment, SENTINEL_PASSWORD_FILE: password },
  });
  blobs = await startS3({ buckets: BUCKETS });
  repository = await ensureFleetRepository(
    mkdtempSync(join(folder, "fleet-")),
    repositoryPath("fleet/state/channels"),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-restore-"));
  for (const name of ["bin", "backup"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "bin", "kubectl"), KUBECTL);
  chmodSync(join(folder, "bin", "kubectl"), 0o755);
  await startFreshStores();
}, 120_000);
afterAll(async () => {
  await postgres?.stop();
  await blobs?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cloudHere = () =>
  startCloud(
    { "node-a": "secret-a" },
    {
      DATABASE_URL: url(),
      S3_ENDPOINT: blobs.endpoint,
      S3_ACCESS_KEY: ACCESS_KEY,
      S3_SECRET_KEY: SECRET_KEY,
    },
  );

test("what was backed up by the documented commands is there again by the documented commands", async () => {
  const cloud = await cloudHere();
  const node = await EdgeNode.connect(cloud.mqttUrl, "node-a", "secret-a");
  const rows = [1, 2, 3].map((at) => trackRow({ startedAt: at * 1_000_000 }));
  await node.sendForAck(1, rows);
  await node.stop();
  await cloud.stop();
  const key = { Bucket: "sentinel-clips", Key: "snapshots/ab/cd.jpg" };
  await awsClient(blobs).send(new PutObjectCommand({ ...key, Body: PICTURE }));
  const head = execFileSync("git", ["-C", repository, "rev-parse", "main"], { encoding: "utf8" });
  const before = await everyTable();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  expect(await query("select count(*) from events")).toEqual([{ count: "3" }]);
  await runBlock("Back up");

  await postgres.stop();
  await blobs.stop();
  rmSync(repository, { recursive: true });
  await startFreshStores();
  expect(await query("select count(*) from pg_tables where tablename = 'events'")).toEqual([
    { count: "0" },
  ]);
  await runBlock("Restore");

  expect(await everyTable()).toEqual(before);
  const { Body } = await awsClient(blobs).send(new GetObjectCommand(key));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(PICTURE);
  expect(execFileSync("git", ["-C", repository, "rev-parse", "main"], { encoding: "utf8" })).toBe(
    head,
  );
  const again = await cloudHere();
  expect((await fetch(`${again.httpUrl}/healthz`)).status).toBe(200);
  const back = await EdgeNode.connect(again.mqttUrl, "node-a", "secret-a");
  await back.stop();
  await again.stop();
}, 200_000);
