import { randomBytes, scryptSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { Cloud } from "../src/cloud.ts";
import { loadConfig } from "../src/config.ts";
import { SERVICE_TOKEN } from "./api-client.ts";
import { makeDatabase, type TestDatabase } from "./test-database.ts";

/** A whole cloud with a database of its own; no S3 endpoint answers it. */
export interface RunningCloud {
  database: TestDatabase;
  httpUrl: string;
  mqttUrl: string;
  /** What it logged so far. */
  log: Record<string, unknown>[];
  /** Says anew who may connect: passwords by node id. */
  setPasswords(passwords: Record<string, string>): Promise<void>;
  /** Stops and starts it again on the same database and broker port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts one; `passwords` are those of the nodes that may connect. `environment` may replace what it
 * runs with, such as the way to its database; a database that is given is not dropped.
 */
export async function startCloud(
  passwords: Record<string, string>,
  environment: Record<string, string> = {},
  database: TestDatabase | null = null,
): Promise<RunningCloud> {
  const own = database ?? (await makeDatabase());
  const folder = await mkdtemp(join(tmpdir(), "sentinel-cloud-"));
  const file = join(folder, "passwords");
  await writeFile(file, passwordLines(passwords));
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const start = async (mqttPort: string) => {
    const config = loadConfig({
      DATABASE_URL: own.url,
      SENTINEL_HTTP_PORT: "0",
      SENTINEL_MQTT_PORT: mqttPort,
      SENTINEL_NODE_PASSWORDS_FILE: file,
      SENTINEL_AUTH_SECRET: "signs-the-sessions-of-clouds-under-test",
      SENTINEL_SERVICE_TOKEN: SERVICE_TOKEN,
      S3_ENDPOINT: "http://127.0.0.1:9",
      S3_ACCESS_KEY: "key",
      S3_SECRET_KEY: "secret",
      ...environment,
    });
    const made = new Cloud(config, pino({ level: "debug" }, sink));
    return { made, address: await made.start() };
  };
  const cleanUp = async () => {
    if (database === null) await own.drop();
    await rm(folder, { recursive: true });
  };
  let { made, address } = await start("0").catch(async (error: unknown) => {
    await cleanUp();
    throw error;
  });
  const running: RunningCloud = {
    database: own,
    httpUrl: `http://127.0.0.1:${address.httpPort}`,
    mqttUrl: `mqtt://127.0.0.1:${address.mqttPort}`,
    log,
    setPasswords: (next) => writeFile(file, passwordLines(next)),
    restart: async () => {
      await made.stop();
      ({ made, address } = await start(String(address.mqttPort)));
      running.httpUrl = `http://127.0.0.1:${address.httpPort}`;
    },
    stop: async () => {
      await made.stop();
      await cleanUp();
    },
  };
  return running;
}

function passwordLines(passwords: Record<string, string>): string {
  return Object.entries(passwords)
    .map(([nodeId, password]) => {
      const salt = randomBytes(16);
      const hash = scryptSync(password, salt, 32);
      return `${nodeId}:scrypt$${salt.toString("hex")}$${hash.toString("hex")}\n`;
    })
    .join("");
}
