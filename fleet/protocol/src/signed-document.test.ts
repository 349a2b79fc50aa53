import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import {
  documentDigest,
  keyIdOf,
  readTrustedKeys,
  signDocument,
  verifyEnvelope,
} from "./signed-document.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const keys = readTrustedKeys([pem]);
const envelope = signDocument({ b: 2, a: ["ö", { d: null, c: true }] }, privateKey);

test("what was signed verifies, in whatever order its keys stand", () => {
  expect(verifyEnvelope(envelope, keys)).toBeNull();
  const turned = { ...envelope, signed: { a: ["ö", { c: true, d: null }], b: 2 } };
  expect(verifyEnvelope(turned, keys)).toBeNull();
});

test("a changed document does not verify", () => {
  const changed = { ...envelope, signed: { ...envelope.signed, b: 3 } };
  expect(verifyEnvelope(changed, keys)).toBe("signature-wrong");
  const added = { ...envelope, signed: { ...envelope.signed, e: 1 } };
  expect(verifyEnvelope(added, keys)).toBe("signature-wrong");
});

test("a key that is not trusted does not count, even under a trusted name", () => {
  const other = generateKeyPairSync("ed25519");
  const foreign = signDocument(envelope.signed, other.privateKey);
  expect(verifyEnvelope(foreign, keys)).toBe("key-unknown");
  const [signature] = foreign.signatures;
  const forged = {
    ...foreign,
    signatures: [{ sig: signature?.sig ?? "", keyid: keyIdOf(publicKey) }],
  };
  expect(verifyEnvelope(forged, keys)).toBe("signature-wrong");
});

test("keys of another kind are refused", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
  const text = rsa.export({ type: "spki", format: "pem" }).toString();
  expect(() => readTrustedKeys([text])).toThrow("Ed25519");
});

test("the digest does not depend on the order of keys", () => {
  expect(documentDigest({ a: 1, b: 2 })).toBe(documentDigest({ b: 2, a: 1 }));
  expect(documentDigest({ a: 1 })).not.toBe(documentDigest({ a: 2 }));
});
