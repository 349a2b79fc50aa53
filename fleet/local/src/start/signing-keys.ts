import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../disk/write-whole.ts";

/** Where the key pair lies with which this machine's cloud signs what its nodes trust. */
export interface SigningKeys {
  privateFile: string;
  publicFile: string;
}

/** Makes the Ed25519 key pair of a data directory on the first start; the private key is its owner's only. */
export function ensureSigningKeys(root: string): SigningKeys {
  const privateFile = join(root, "signing-key.pem");
  const publicFile = join(root, "signing-key.pub.pem");
  if (!existsSync(privateFile)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeWhole(privateFile, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  }
  if (!existsSync(publicFile)) {
    const publicKey = createPublicKey(createPrivateKey(readFileSync(privateFile, "utf8")));
    writeWhole(publicFile, publicKey.export({ type: "spki", format: "pem" }).toString());
  }
  return { privateFile, publicFile };
}
