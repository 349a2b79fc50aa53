import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubeObject } from "../check/document/kube-object.ts";
import { Rendered } from "../check/document/rendered.ts";
import { renderTarget } from "../check/render/render-target.ts";
import { K3S } from "./copied-tree.ts";

// Mosquitto with the settings, rules and scripts of overlay ci, at other paths and ports.

let folder: string;
let port: number;
let tlsPort: number;
const processes: ChildProcess[] = [];
const clients: MqttClient[] = [];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function answers(at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(at, "127.0.0.1", () => socket.destroy());
    socket.once("error", () => resolve(false));
    socket.once("close", (failed) => resolve(!failed));
  });
}

async function until(what: () => boolean, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (what()) return;
    await delay(50);
  }
  throw new Error(`${name} did not happen`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function makeCertificate(certificates: string): void {
  const args =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
  const files = ["-keyout", join(certificates, "tls.key"), "-out", join(certificates, "tls.crt")];
  const names = ["-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", [...args.split(" "), ...names, ...files], { stdio: "ignore" });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-mosquitto-"));
  [port, tlsPort] = [await freePort(), await freePort()];
  const rendered = await renderTarget(K3S, "overlays/ci/cloud");
  if (!(rendered instanceof Rendered)) throw new Error(rendered.problem);
  const data = (kind: string, name: string): Record<string, string> => {
    const object = rendered.ofKind(kind).find(({ metadata }) => metadata.name.startsWith(name));
    return (object as KubeObject).data;
  };
  // The paths of the pod, below the folder.
  const here = (text: string) =>
    text
      .replaceAll(
        /\/(credentials|certificates|mosquitto\/(config|data|listeners))/g,
        `${folder}/$1`,
      )
      .replace("listener 1883", `listener ${port} 127.0.0.1`)
      .replace("listener 8883", `listener ${tlsPort} 127.0.0.1`);
  const places = [
    ["mosquitto/config", data("ConfigMap", "mosquitto-config")],
    ["mosquitto/listeners", data("ConfigMap", "mosquitto-listeners")],
    ["scripts", data("ConfigMap", "mosquitto-scripts")],
  ] as const;
  for (const place of ["mosquitto/data", "credentials", "certificates", "nodes"]) {
    mkdirSync(join(folder, place), { recursive: true });
  }
  for (const [place, files] of places) {
    mkdirSync(join(folder, place), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, place, name), here(text));
    }
  }
  // As root Mosquitto would become a user who may not read the folder.
  if (process.getuid?.() === 0) {
    const settings = join(folder, "mosquitto/config/mosquitto.conf");
    writeFileSync(settings, `user root\n${readFileSync(settings, "utf8")}`);
  }
  for (const [name, encoded] of Object.entries(data("Secret", "node-passwords"))) {
    writeFileSync(join(folder, "nodes", name), Buffer.from(encoded, "base64"));
  }
  const cloud = data("Secret", "broker-cloud").password ?? "";
  writeFileSync(join(folder, "cloud-password"), Buffer.from(cloud, "base64"));
  makeCertificate(join(folder, "certificates"));
  const environment = {
    PATH: process.env.PATH,
    NODES_DIR: join(folder, "nodes"),
    CLOUD_PASSWORD_FILE: join(folder, "cloud-password"),
    PERIOD_SECONDS: "1",
  };
  processes.push(spawn("sh", [join(folder, "scripts/credentials.sh")], { env: environment }));
  await until(() => textOf(join(folder, "credentials/passwords")).includes("cloud:"), "passwords");
  const settings = join(folder, "mosquitto/config/mosquitto.conf");
  const broker = spawn("mosquitto", ["-c", settings], { stdio: ["ignore", "pipe", "pipe"] });
  processes.push(broker);
  let said = "";
  for (const stream of [broker.stdout, broker.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  for (let tries = 0; !(await answers(tlsPort)); tries += 1) {
    if (tries > 100 || broker.exitCode !== null)
      throw new Error(`mosquitto did not start: ${said}`);
    await delay(50);
  }
});

afterAll(async () => {
  for (const client of clients) client.end(true);
  for (const child of processes) child.kill("SIGTERM");
  await Promise.all(
    processes.map(
      (child) => child.exitCode ?? new Promise((resolve) => child.once("exit", resolve)),
    ),
  );
  rmSync(folder, { recursive: true, force: true });
});

async function connect(
  username: string,
  password: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const url =
    options.ca === undefined ? `mqtt://127.0.0.1:${port}` : `mqtts://localhost:${tlsPort}`;
  const client = await connectAsync(url, {
    ...{ username, password, protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 5_000 },
    ...options,
  });
  clients.push(client);
  return client;
}

/** What a client hears, until told otherwise. */
function heard(client: MqttClient): string[] {
  const messages: string[] = [];
  client.on("message", (topic, payload) => messages.push(`${topic} ${payload}`));
  return messages;
}

const NODE = "site-inference-0";
const PASSWORD = "not-secret-site-inference-0";
const cloud = () => connect("cloud", "not-secret-broker-cloud");

test("nobody comes in without the right password, and passwords are kept hashed", async () => {
  await expect(connect(NODE, "another")).rejects.toThrow(/[Nn]ot authorized/);
  await expect(connect("", "")).rejects.toThrow(/[Nn]ot authorized/);
  await expect(connect("cloud", PASSWORD)).rejects.toThrow(/[Nn]ot authorized/);
  expect(textOf(join(folder, "credentials/passwords"))).not.toContain("not-secret");
});

test("a node speaks below its own name and nowhere else; the cloud hears and tells every node", async () => {
  const [middle, node] = [await cloud(), await connect(NODE, PASSWORD)];
  const [atMiddle, atNode] = [heard(middle), heard(node)];
  await middle.subscribeAsync("sentinel/v1/nodes/+/events", { qos: 1 });
  await node.subscribeAsync(["sentinel/v1/nodes/#", `sentinel/v1/nodes/${NODE}/acks`], { qos: 1 });
  await node.publishAsync("sentinel/v1/nodes/another/events", "forged", { qos: 1 });
  await node.publishAsync(`sentinel/v1/nodes/${NODE}/events`, "own", { qos: 1 });
  await middle.publishAsync("sentinel/v1/nodes/another/acks", "of another", { qos: 1 });
  await middle.publishAsync(`sentinel/v1/nodes/${NODE}/acks`, "of its own", { qos: 1 });
  await until(() => atMiddle.length >= 1 && atNode.length >= 2, "messages");
  await delay(200);
  expect(atMiddle).toEqual([`sentinel/v1/nodes/${NODE}/events own`]);
  expect(new Set(atNode)).toEqual(
    new Set([`sentinel/v1/nodes/${NODE}/events own`, `sentinel/v1/nodes/${NODE}/acks of its own`]),
  );
});

test("several ingest pods of a group share what comes in, each batch once", async () => {
  const pods = [await cloud(), await cloud()];
  const shares = pods.map(heard);
  for (const pod of pods) {
    await pod.subscribeAsync("$share/ingest/sentinel/v1/nodes/+/events", { qos: 1 });
  }
  const node = await connect(NODE, PASSWORD);
  const topic = `sentinel/v1/nodes/${NODE}/events`;
  for (let batch = 0; batch < 40; batch += 1) {
    await node.publishAsync(topic, `shared ${batch}`, { qos: 1 });
  }
  const all = () => shares.flat().filter((message) => message.includes("shared"));
  await until(() => all().length >= 40, "batches");
  await delay(200);
  expect(all().length).toBe(40);
  expect(new Set(all()).size).toBe(40);
  for (const share of shares) expect(share.length).toBeGreaterThan(5);
});

test("sites come by TLS, with a certificate that they can check", async () => {
  const ca = readFileSync(join(folder, "certificates/tls.crt"));
  const node = await connect(NODE, PASSWORD, { ca });
  expect(node.connected).toBe(true);
  await expect(connect(NODE, PASSWORD, { ca: Buffer.alloc(0) })).rejects.toThrow();
});

test("a node that is added comes in without a restart, and nobody is cut off; a new certificate is taken", async () => {
  const [stays, renewed] = [await cloud(), join(folder, "renewed")];
  await expect(connect("harbour-inference-0", "fresh-password")).rejects.toThrow();
  mkdirSync(renewed);
  makeCertificate(renewed);
  for (const file of ["tls.key", "tls.crt"]) {
    writeFileSync(join(folder, "certificates", file), readFileSync(join(renewed, file)));
  }
  writeFileSync(join(folder, "nodes", "harbour-inference-0"), "fresh-password");
  const passwords = join(folder, "credentials/passwords");
  await until(() => textOf(passwords).includes("harbour-inference-0:"), "new passwords");
  let added: MqttClient | undefined;
  for (let tries = 0; tries < 50 && added === undefined; tries += 1) {
    added = await connect("harbour-inference-0", "fresh-password").catch(() => undefined);
    await delay(100);
  }
  expect(added?.connected).toBe(true);
  expect(stays.connected).toBe(true);
  const ca = readFileSync(join(renewed, "tls.crt"));
  expect((await connect(NODE, PASSWORD, { ca })).connected).toBe(true);
});
