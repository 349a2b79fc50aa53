import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSigningKey } from "./signing-key.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-key-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(text: string | Buffer): Promise<string> {
  const file = join(folder, crypto.randomUUID());
  await writeFile(file, text);
  return file;
}

test("an Ed25519 private key is read", async () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const file = await fileOf(privateKey.export({ type: "pkcs8", format: "pem" }));
  expect((await loadSigningKey(file)).equals(privateKey)).toBe(true);
});

test("a file that is missing, no key, or a key of another kind is refused, without its contents", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const wrong = [
    join(folder, "missing"),
    await fileOf("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"),
    await fileOf(privateKey.export({ type: "pkcs8", format: "pem" })),
    await fileOf(publicKey.export({ type: "spki", format: "pem" })),
  ];
  for (const file of wrong) {
    const error = await loadSigningKey(file).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SIGNING_KEY_UNREADABLE" });
    expect(String(error)).not.toContain("secret");
  }
});
