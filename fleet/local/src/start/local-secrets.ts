import { createHmac, randomBytes, scryptSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../disk/write-whole.ts";

const madeHex = (bytes: number) => z.string().default(() => randomBytes(bytes).toString("hex"));

/** Every secret that is missing, all of them on the first start, is made by its default. */
const secretsSchema = z.object({
  s3AccessKey: z.string().default(() => `local${randomBytes(8).toString("hex")}`),
  s3SecretKey: madeHex(24),
  /** What each node's password at the broker is made from. */
  nodePassword: madeHex(24),
  /** Signs the cookies of people's sessions. */
  authSecret: madeHex(32),
  /** What the command line and `npm start` itself send as API token. */
  serviceToken: madeHex(32),
  /** Of the link that makes the first person admin. */
  setupToken: madeHex(32),
});

/** Credentials of one machine's parts towards each other, made on the first start. */
export type LocalSecrets = z.infer<typeof secretsSchema>;

/** Reads the data directory's secrets, and makes those that are missing; the file is readable by its owner only. */
export function loadLocalSecrets(root: string): LocalSecrets {
  const file = join(root, "secrets.json");
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "{}";
  const secrets = secretsSchema.parse(JSON.parse(kept));
  const text = JSON.stringify(secrets);
  if (text !== kept) writeWhole(file, text);
  return secrets;
}

/** A node's own password at the broker. */
export function nodePassword(secrets: LocalSecrets, nodeId: string): string {
  return createHmac("sha256", secrets.nodePassword).update(nodeId).digest("hex");
}

/**
 * Writes the broker's password file: `nodeId:scrypt$SALT$HASH` in hexadecimal, with the parameters
 * that Node's scrypt has by default (N = 16384, r = 8, p = 1, as RFC 7914 recommends for logins).
 */
export function writeNodePasswords(root: string, passwords: ReadonlyMap<string, string>): string {
  const file = join(root, "node-passwords");
  const lines = [...passwords].map(([nodeId, password]) => {
    const salt = randomBytes(16);
    const hash = scryptSync(password, salt, 32);
    return `${nodeId}:scrypt$${salt.toString("hex")}$${hash.toString("hex")}`;
  });
  writeWhole(file, `${lines.join("\n")}\n`);
  return file;
}
