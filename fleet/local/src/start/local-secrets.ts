import { randomBytes, scryptSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "../disk/write-whole.ts";

const secretsSchema = z.object({
  s3AccessKey: z.string(),
  s3SecretKey: z.string(),
  nodePassword: z.string(),
});

/** Credentials of one machine's parts towards each other, made on the first start. */
export type LocalSecrets = z.infer<typeof secretsSchema>;

/** Reads the data directory's secrets, or makes them; the file is readable by its owner only. */
export function loadLocalSecrets(root: string): LocalSecrets {
  const file = join(root, "secrets.json");
  if (existsSync(file)) return secretsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const secrets: LocalSecrets = {
    s3AccessKey: `local${randomBytes(8).toString("hex")}`,
    s3SecretKey: randomBytes(24).toString("hex"),
    nodePassword: randomBytes(24).toString("hex"),
  };
  writeWhole(file, JSON.stringify(secrets));
  return secrets;
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
