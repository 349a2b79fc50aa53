import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import { z } from "zod";
import { sha256Schema } from "./ids.ts";

/**
 * A document and who signed it: `signed` in canonical JSON, Ed25519 (RFC 8032). Field names are those
 * of TUF metadata (theupdateframework.github.io/specification, section 4.2).
 */
export const envelopeSchema = z.object({
  signed: z.record(z.string().max(100), z.unknown()),
  signatures: z
    .array(z.object({ keyid: sha256Schema, sig: z.string().regex(/^[0-9a-f]{128}$/) }))
    .min(1)
    .max(8),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** Public keys by keyid. They come with the agent, never from what they verify. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** What was found wrong with an envelope. */
export type SignatureFault = "key-unknown" | "signature-wrong";

/** SHA-256 of the raw public key, in lower-case hexadecimal. */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: "der", type: "spki" });
  return createHash("sha256").update(der.subarray(-32)).digest("hex");
}

/**
 * Reads PEM public keys.
 * @throws Error where one of them is no Ed25519 public key.
 */
export function readTrustedKeys(pems: readonly string[]): TrustedKeys {
  return new Map(
    pems.map((pem) => {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType !== "ed25519") throw new Error("not an Ed25519 public key");
      return [keyIdOf(key), key];
    }),
  );
}

/** Signs a document with one private key. */
export function signDocument(signed: Record<string, unknown>, privateKey: KeyObject): Envelope {
  const sig = sign(null, bytesOf(signed), privateKey).toString("hex");
  return { signed, signatures: [{ keyid: keyIdOf(createPublicKey(privateKey)), sig }] };
}

/** Checks that at least one trusted key signed these very contents; null where one did. */
export function verifyEnvelope(envelope: Envelope, keys: TrustedKeys): SignatureFault | null {
  const known = envelope.signatures.filter(({ keyid }) => keys.has(keyid));
  if (known.length === 0) return "key-unknown";
  const bytes = bytesOf(envelope.signed);
  const good = known.some(({ keyid, sig }) => {
    const key = keys.get(keyid);
    return key !== undefined && verify(null, bytes, key, Buffer.from(sig, "hex"));
  });
  return good ? null : "signature-wrong";
}

/** The canonical JSON of a document, whose SHA-256 is {@link documentDigest}. */
export function canonicalJson(document: unknown): string {
  return canonicalize(document);
}

/** SHA-256 of a document's canonical JSON, lower-case hexadecimal. */
export function documentDigest(document: unknown): string {
  return createHash("sha256").update(canonicalize(document)).digest("hex");
}

function bytesOf(signed: Record<string, unknown>): Buffer {
  return Buffer.from(canonicalize(signed), "utf8");
}
