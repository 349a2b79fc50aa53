import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadAgentConfig, parseAgentConfig, readAgentConfig } from "./config.ts";

function faultsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    return (error as Error).message.split("\n");
  }
  throw new Error("no fault was found");
}

function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "edge.yaml");
  writeFileSync(path, text);
  return path;
}

test("fills defaults and makes paths absolute", () => {
  const config = parseAgentConfig(
    "cameras:\n  - { id: gate-1, url: clips/gate.mp4 }\n  - { id: gate-2, url: 'rtsp://u:p@cam/x', enabled: false }\nmodel: my.onnx\n",
    "/etc/sentinel/edge.yaml",
  );
  expect(config).toEqual({
    nodeId: "local-1",
    labels: { channel: "stable", ring: "broad" },
    trustedKeys: [],
    outboxMaxBytes: 1_073_741_824,
    broker: { url: "mqtt://127.0.0.1:1883" },
    model: "/etc/sentinel/my.onnx",
    logLevel: "info",
    detect: { fps: 3, scoreThreshold: 0.25, iouThreshold: 0.45, answerWithinMs: 60_000 },
    cameras: [
      { id: "gate-1", url: "/etc/sentinel/clips/gate.mp4", enabled: true },
      { id: "gate-2", url: "rtsp://u:p@cam/x", enabled: false },
    ],
  });
});

test("what it gives can be written and parsed again", () => {
  const once = parseAgentConfig("cameras: [{ id: a, url: a.mp4 }]", "/x/edge.yaml");
  expect(parseAgentConfig(JSON.stringify(once), "/y/edge.yaml")).toEqual(once);
});

test("an empty file is a configuration of defaults", () => {
  expect(parseAgentConfig("", "/x/edge.yaml").cameras).toEqual([]);
});

test("tells every fault in one message: place, key, value, what is accepted", () => {
  const text = [
    "nodeId: Gate One",
    "detect: { fps: fast, iou: 3 }",
    "broker: { url: 'http://admin:hunter2@broker', password: 12345 }",
    "cameras:",
    "  - { id: gate-1, url: 'rtsp://u:secret@cam/a' }",
    "  - { id: gate-1, url: 'ftp://u:secret@cam/a', nam: x }",
    "  - { url: /clips/a.mp4 }",
    "colour: red",
  ].join("\n");
  expect(faultsOf(() => parseAgentConfig(text, "edge.yaml"))).toMatchInlineSnapshot(`
    [
      "edge.yaml:1 nodeId: "Gate One"; accepted: 1 to 64 lower-case letters, digits and inner dashes, for example gate-1",
      "edge.yaml:3 broker.url: "http://***@broker"; accepted: an address that begins with mqtt:// or mqtts://, for example mqtt://10.0.0.5:1883",
      "edge.yaml:3 broker.password: (hidden); accepted: a text of 1 to 200 characters",
      "edge.yaml:2 detect.fps: "fast"; accepted: a number of frames per second from 0.1 to 30",
      "edge.yaml:2 detect.iou: this key is not known; accepted: fps, scoreThreshold, iouThreshold, answerWithinMs",
      "edge.yaml:6 cameras.1.url: "ftp://***@cam/a"; accepted: an address that begins with rtsp://, rtsps://, http:// or https://, or the path of a video file",
      "edge.yaml:6 cameras.1.nam: this key is not known; accepted: id, name, url, enabled",
      "edge.yaml:7 cameras.2.id: is missing; accepted: 1 to 64 lower-case letters, digits and inner dashes, for example gate-1",
      "edge.yaml:8 colour: this key is not known; accepted: nodeId, labels, trustedKeys, trustedKeysFile, dataDir, outboxMaxBytes, broker, health, model, modelCatalog, modelCacheDir, ffmpegPath, detectWorkers, logLevel, detect, cameras",
      "edge.yaml:6 cameras.1.id: "gate-1" is already the id of cameras.0; accepted: an id that no other camera has",
    ]
  `);
});

test("never shows a password", () => {
  const text =
    "broker: { url: 'x://admin:hunter2@broker', password: [hunter2] }\ncameras: [{ id: a, url: 'rtsp://u:hunter2/x@cam/y' }]";
  expect(faultsOf(() => parseAgentConfig(text, "edge.yaml")).join("\n")).not.toContain("hunter2");
});

test("text that is not YAML is told with its line", () => {
  expect(faultsOf(() => parseAgentConfig("nodeId: a\ncameras: [\n", "edge.yaml"))[0]).toMatch(
    /^edge\.yaml:\d+: .*accepted: YAML/,
  );
});

test("a key that stands twice is told", () => {
  const text = "nodeId: a\nnodeId: b\ncameras: [{ id: a, url: a.mp4, id: b }]\n";
  expect(faultsOf(() => parseAgentConfig(text, "edge.yaml"))).toEqual([
    "edge.yaml:2 nodeId: stands twice; accepted: each key once",
    "edge.yaml:3 id: stands twice; accepted: each key once",
  ]);
});

test.each(["- 1\n- 2", "just text", "42"])("a file that is no mapping (%j) is told", (text) => {
  expect(faultsOf(() => parseAgentConfig(text, "edge.yaml"))[0]).toContain("a YAML mapping");
});

test("an alias bomb is refused", () => {
  const levels = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [name, inner] of ["ba", "cb", "dc", "ed", "fe", "gf"].map((pair) => [...pair])) {
    levels.push(`${name}: &${name} [${Array(9).fill(`*${inner}`).join(", ")}]`);
  }
  expect(faultsOf(() => parseAgentConfig(levels.join("\n"), "edge.yaml"))[0]).toContain("alias");
});

test("the wrong file is told soon: twenty faults, and how many more", () => {
  const keys = Array.from({ length: 60_000 }, (_, index) => `key-${index}: 1`).join("\n");
  const faults = faultsOf(() => parseAgentConfig(keys, "edge.yaml"));
  expect(faults).toHaveLength(21);
  expect(faults[19]).toContain("edge.yaml:20 key-19: this key is not known");
  expect(faults[20]).toBe("and 59980 more");
});

test("a folder is told, and so is a device that has no end", () => {
  const accepted = "accepted: the path of the agent's configuration (YAML)";
  expect(faultsOf(() => readAgentConfig("/tmp"))).toEqual([`/tmp: is a folder; ${accepted}`]);
  expect(faultsOf(() => readAgentConfig("/dev/zero"))).toEqual([
    `/dev/zero: is not a file; ${accepted}`,
  ]);
});

test("a missing file is told", () => {
  expect(faultsOf(() => loadAgentConfig("/nonexistent/edge.yaml", {}))).toEqual([
    "/nonexistent/edge.yaml: there is no such file; accepted: the path of the agent's configuration (YAML)",
  ]);
});

test("the environment wins over the file, and its faults name the variable", () => {
  const path = configFile("dataDir: data\nbroker: { url: 'mqtt://a:1', password: x }\n");
  const config = loadAgentConfig(path, {
    SENTINEL_DATA_DIR: "/var/lib/sentinel",
    SENTINEL_BROKER_URL: "mqtt://b:2",
    SENTINEL_BROKER_USERNAME: "node",
  });
  expect(config.dataDir).toBe("/var/lib/sentinel");
  expect(config.broker).toEqual({ url: "mqtt://b:2", username: "node", password: "x" });
  expect(faultsOf(() => loadAgentConfig(path, { SENTINEL_BROKER_URL: "nowhere" }))).toEqual([
    'environment SENTINEL_BROKER_URL: "nowhere"; accepted: an address that begins with mqtt:// or mqtts://, for example mqtt://10.0.0.5:1883',
  ]);
});

test("what is loaded cannot be changed", () => {
  const config = loadAgentConfig(configFile("cameras: [{ id: a, url: a.mp4 }]"), {});
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.cameras[0])).toBe(true);
});

test("a file larger than a configuration ever is is refused before it is read", () => {
  const path = configFile(`# ${"x".repeat(1024 * 1024)}\n`);
  expect(faultsOf(() => loadAgentConfig(path, {}))[0]).toContain("accepted: at most 1048576");
});

test("trusted keys come from the file and from a file of keys; private and other keys are refused", () => {
  const pem = (type: "ed25519" | "x25519") => {
    const { privateKey, publicKey } = generateKeyPairSync(type as "ed25519");
    return {
      private: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      public: publicKey.export({ format: "pem", type: "spki" }).toString(),
    };
  };
  const [first, second] = [pem("ed25519"), pem("ed25519")];
  const keysFile = configFile(`${first.public}\n${second.public}`);
  const path = configFile(JSON.stringify({ trustedKeys: [first.public] }));
  const config = loadAgentConfig(path, { SENTINEL_TRUSTED_KEYS_FILE: keysFile });
  expect(config.trustedKeys.map((key) => key.trim())).toEqual(
    [first, first, second].map((key) => key.public.trim()),
  );
  for (const bad of [first.private, pem("x25519").public, "no key"]) {
    const inline = configFile(JSON.stringify({ trustedKeys: [bad] }));
    const [told] = faultsOf(() => loadAgentConfig(inline, {}));
    expect(told).toContain("trustedKeys.0: (hidden); accepted: an Ed25519 public key");
    const file = configFile(JSON.stringify({ trustedKeysFile: configFile(bad) }));
    expect(faultsOf(() => loadAgentConfig(file, {}))[0]).toContain("Ed25519 public keys in PEM");
  }
  const missing = configFile("trustedKeysFile: /nonexistent/keys.pem");
  expect(faultsOf(() => loadAgentConfig(missing, {}))[0]).toContain("there is no such file");
});

test("labels are slugs", () => {
  const [told] = faultsOf(() => parseAgentConfig("labels: { Ring: canary }", "edge.yaml"));
  expect(told).toContain("edge.yaml:1 labels");
  expect(parseAgentConfig("labels: { ring: canary }", "edge.yaml").labels).toEqual({
    ring: "canary",
  });
});
