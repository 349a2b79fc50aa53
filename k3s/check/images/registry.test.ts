import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseImage } from "./image-reference.ts";
import { registryDigest } from "./registry.ts";

const DIGEST = `sha256:${"a1".repeat(32)}`;
let server: Server;
let registry: string;
const asked: string[] = [];

/** A registry as the OCI's specification describes it, which wants a token. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const { method, url = "", headers } = request;
    asked.push(`${method} ${url}`);
    if (url.startsWith("/token")) return response.end(JSON.stringify({ token: "let-me-read" }));
    if (headers.authorization !== "Bearer let-me-read") {
      const challenge = `Bearer realm="http://${registry}/token",service="registry",scope="repository:part/api:pull"`;
      return response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    if (url !== "/v2/part/api/manifests/1.2.3") return response.writeHead(404).end();
    return response.writeHead(200, { "docker-content-digest": DIGEST }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  registry = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterAll(() => server.close());

test("an image's name is taken apart", () => {
  expect(parseImage("docker.io/library/postgres:18.4@sha256:ab")).toEqual({
    registry: "docker.io",
    repository: "library/postgres",
    tag: "18.4",
    digest: "sha256:ab",
  });
  expect(parseImage("localhost:5000/api")).toMatchObject({ registry: "localhost:5000", tag: "" });
  expect(parseImage("api:1")).toMatchObject({ registry: "", repository: "api", tag: "1" });
});

test("a registry is asked for a tag's digest, with a token where it wants one", async () => {
  const image = { registry, repository: "part/api", tag: "1.2.3", digest: "" };
  expect(await registryDigest(image)).toBe(DIGEST);
  expect(asked[1]).toContain("scope=repository%3Apart%2Fapi%3Apull");
  await expect(registryDigest({ ...image, tag: "9" })).rejects.toThrow(/manifests\/9 answered 404/);
});
