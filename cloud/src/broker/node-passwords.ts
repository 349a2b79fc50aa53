import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { nodeIdSchema } from "@sentinel/protocol/ids";
import { cloudError } from "../errors.ts";

const scryptKey = promisify<string | Buffer, Buffer, number, Buffer>(scrypt);

/** Checks that wait at a time: each takes 16 MiB and a thread for some 50 ms (scrypt's defaults). */
const MAX_CHECKS = 32;

interface Entry {
  line: string;
  salt: Buffer;
  hash: Buffer;
}

/** What the password of an unknown node is compared with: no password has this hash. */
const NOBODY: Entry = { line: "", salt: randomBytes(16), hash: randomBytes(32) };

/** What came of a check. */
export type PasswordCheck = "right" | "wrong" | "busy";

/**
 * The nodes that may connect, from a file of lines `nodeId:scrypt$SALT$HASH` (hexadecimal; Node's
 * default parameters N = 16384, r = 8, p = 1). Empty lines and lines that begin with # are passed over. The
 * file is read again when it changed; one that cannot be read then leaves the list as it was.
 */
export class NodePasswords {
  readonly #file: string;
  #entries: ReadonlyMap<string, Entry> = new Map();
  #stamp = "";
  #checks = 0;
  /** Passwords found right in this process, as a digest with a key that only it knows. */
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, { line: string; digest: Buffer }>();

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Reads the file where it changed since the last time.
   * @returns the nodes that are gone or have another password now.
   * @throws CodedError NODE_PASSWORDS_UNREADABLE; the list stays as it was.
   */
  async reload(): Promise<string[]> {
    const before = this.#entries;
    try {
      const { mtimeNs, size, ino } = await stat(this.#file, { bigint: true });
      const stamp = `${mtimeNs}-${size}-${ino}`;
      if (stamp === this.#stamp) return [];
      this.#entries = parseNodePasswords(await readFile(this.#file, "utf8"));
      this.#stamp = stamp;
    } catch (error) {
      if (error instanceof Error && error.name === "CodedError") throw error;
      throw cloudError(
        "NODE_PASSWORDS_UNREADABLE",
        `${this.#file}: ${error instanceof Error ? error.message : error}`,
        error,
      );
    }
    return [...before].flatMap(([nodeId, { line }]) =>
      this.#entries.get(nodeId)?.line === line ? [] : nodeId,
    );
  }

  /** True where the node may connect, with the right password. */
  has(nodeId: string): boolean {
    return this.#entries.has(nodeId);
  }

  /**
   * Compares a password in constant time, and takes as long for a node that is unknown; `busy` where
   * too many checks wait already. A node that is removed or changed meanwhile is `wrong`.
   */
  async check(nodeId: string, password: Uint8Array): Promise<PasswordCheck> {
    const entry = this.#entries.get(nodeId) ?? NOBODY;
    const digest = createHmac("sha256", this.#key).update(password).digest();
    const known = this.#known.get(nodeId);
    if (known?.line === entry.line && timingSafeEqual(known.digest, digest)) return "right";
    if (this.#checks >= MAX_CHECKS) return "busy";
    this.#checks += 1;
    try {
      const hash = await scryptKey(Buffer.from(password), entry.salt, entry.hash.length);
      if (!timingSafeEqual(hash, entry.hash)) return "wrong";
    } finally {
      this.#checks -= 1;
    }
    if (this.#entries.get(nodeId)?.line !== entry.line) return "wrong";
    this.#known.set(nodeId, { line: entry.line, digest });
    return "right";
  }
}

const LINE = /^([^:]+):scrypt\$((?:[0-9a-f]{2}){8,64})\$((?:[0-9a-f]{2}){16,64})$/;

/** @throws CodedError NODE_PASSWORDS_UNREADABLE naming the first line that is not understood. */
export function parseNodePasswords(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const [, nodeId, salt, hash] = LINE.exec(line) ?? [];
    if (nodeId === undefined || salt === undefined || hash === undefined) {
      throw cloudError("NODE_PASSWORDS_UNREADABLE", `line ${index + 1} is not understood`);
    }
    if (!nodeIdSchema.safeParse(nodeId).success || entries.has(nodeId)) {
      throw cloudError(
        "NODE_PASSWORDS_UNREADABLE",
        `line ${index + 1}: ${nodeId.slice(0, 100)} is no node id, or stands there twice`,
      );
    }
    entries.set(nodeId, {
      line,
      salt: Buffer.from(salt, "hex"),
      hash: Buffer.from(hash, "hex"),
    });
  }
  return entries;
}
