import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { K3S } from "./copied-tree.ts";

const SCRIPT = join(K3S, "base/postgres/files/10-sentinel.sh");
/** With what a shell or SQL would stumble over. */
const PASSWORD = 'it\'s $HOME \\ "quoted"';

let folder: string;
/** The tests' server has a role sentinel of its own. */
const NAME = "sentinel_of_k3s";
const server = new URL(inject("postgresUrl"));

async function asSuperuser(statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function asSentinel(database: string): pg.Client {
  const { hostname: host, port } = server;
  return new pg.Client({
    host,
    port: Number(port),
    user: NAME,
    password: PASSWORD,
    database,
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-postgres-init-"));
  writeFileSync(join(folder, "password"), PASSWORD);
});
afterAll(async () => {
  await asSuperuser(`drop database if exists ${NAME}`);
  await asSuperuser(`drop role if exists ${NAME}`);
  await asSuperuser("grant connect on database postgres to public");
  rmSync(folder, { recursive: true, force: true });
});

test("the set-up makes a role that owns one database and may nothing else", async () => {
  const { status, stderr } = spawnSync("sh", [SCRIPT], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      PGHOST: server.hostname,
      PGPORT: server.port,
      PGPASSWORD: decodeURIComponent(server.password),
      POSTGRES_USER: decodeURIComponent(server.username),
      SENTINEL_DATABASE: NAME,
      SENTINEL_PASSWORD_FILE: join(folder, "password"),
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [role] = await asSuperuser(
    `select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = '${NAME}'`,
  );
  expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false });
  const own = asSentinel(NAME);
  await own.connect();
  await own.query("create schema jobs; create table jobs.one (id int)");
  await own.end();
  await expect(asSentinel("postgres").connect()).rejects.toThrow(/permission denied/);
});

test("settings of the server are settings that PostgreSQL knows", async () => {
  const text = readFileSync(join(K3S, "base/postgres/files/postgresql.conf"), "utf8");
  const lines = text.split("\n").filter((line) => /^[a-z]/.test(line));
  expect(lines.length).toBeGreaterThan(15);
  const known = await asSuperuser("select name, vartype, enumvals from pg_settings");
  for (const line of lines) {
    const [, name = "", value = ""] = /^(\w+) = '?([^']*)'?$/.exec(line) ?? [];
    const setting = known.find((one) => String(one.name).toLowerCase() === name);
    expect(setting, line).toBeDefined();
    const choices = setting?.enumvals as string[] | null;
    if (choices !== null && choices !== undefined) expect(choices, line).toContain(value);
  }
});
