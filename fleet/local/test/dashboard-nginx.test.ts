import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addSecurityHeaders } from "@sentinel/cloud/api/security-headers";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nginxSettings } from "../src/cluster/dashboard-nginx.ts";
import { freePort } from "../src/start/free-ports.ts";
import { waitFor } from "../src/start/wait-for.ts";

let folder: string;
let nginx: ChildProcess;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-nginx-"));
  // Started as root, its workers are another user's.
  chmodSync(folder, 0o755);
  const site = join(folder, "html");
  mkdirSync(join(site, "assets"), { recursive: true });
  writeFileSync(join(site, "index.html"), "<title>Sentinel</title>");
  writeFileSync(join(site, "assets/index-abc123.js"), `/* ${"long ".repeat(500)}*/`);
  writeFileSync(join(site, "icon.svg"), "<svg/>");
  const port = await freePort();
  writeFileSync(join(folder, "nginx.conf"), nginxSettings({ site, folder, port }));
  nginx = spawn("nginx", ["-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  url = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(`${url}/healthz`)).ok;
  const { signal } = new AbortController();
  expect(await waitFor(answers, 30_000, signal)).toBe(true);
});
afterAll(() => {
  nginx.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

const PAGE = { headers: { accept: "text/html,application/xhtml+xml" } };

describe("the dashboard's nginx", () => {
  test("serves the page for every path of the dashboard's own, and asks again each time", async () => {
    for (const path of ["/", "/triage", "/nodes/harbour-1?tab=models"]) {
      const answer = await fetch(url + path, PAGE);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("<title>Sentinel</title>");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
    }
  });

  test("serves files with a hash for ever, compressed, and 404 where there is none", async () => {
    const asset = await fetch(`${url}/assets/index-abc123.js`);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.headers.get("content-type")).toContain("javascript");
    expect(asset.headers.get("content-encoding")).toBe("gzip");
    const missing = await fetch(`${url}/assets/index-older.js`, PAGE);
    expect(missing.status).toBe(404);
    expect(missing.headers.get("cache-control")).toBeNull();
    expect((await fetch(`${url}/none.png`)).status).toBe(404);
  });

  test("leaves the cloud's paths to the cloud", async () => {
    for (const path of ["/api", "/api/trpc/x", "/stream/gate/index.m3u8"]) {
      expect((await fetch(url + path, PAGE)).status).toBe(404);
    }
    expect((await fetch(`${url}/apis`, PAGE)).status).toBe(200);
  });

  test("takes nothing", async () => {
    const answer = await fetch(url, { method: "POST", body: "x".repeat(2000) });
    expect(answer.status).toBe(413);
  });

  test("sends the headers that the cloud sends where it serves the dashboard itself", async () => {
    const server = fastify();
    addSecurityHeaders(server);
    server.get("/", () => "");
    const { headers } = await server.inject("/");
    await server.close();
    const ours = (await fetch(url, PAGE)).headers;
    const names = Object.keys(headers).filter((name) => /policy|options/.test(name));
    expect(names.length).toBeGreaterThan(4);
    for (const name of names)
      expect(`${name}: ${ours.get(name)}`).toBe(`${name}: ${headers[name]}`);
    expect(ours.get("server")).toBe("nginx");
  });
});
