import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cloudError } from "../errors.ts";

/**
 * Reads the Ed25519 private key (PEM, PKCS #8) with which manifests and statements are signed.
 * @throws CodedError SIGNING_KEY_UNREADABLE.
 */
export async function loadSigningKey(file: string): Promise<KeyObject> {
  let key: KeyObject;
  try {
    key = createPrivateKey(await readFile(file, "utf8"));
  } catch (error) {
    // Of the cause only its code: a message about a key might hold a part of it.
    const { code } = error as { code?: unknown };
    throw cloudError("SIGNING_KEY_UNREADABLE", `${file}: ${String(code ?? "not a private key")}`);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw cloudError("SIGNING_KEY_UNREADABLE", `${file}: a key of another kind than Ed25519`);
}
