import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@sentinel/protocol/coded-error";
import { edgeError } from "../errors.ts";
import { sha256OfFile } from "./file-digest.ts";

const TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/;
/** A temporary file this old was left behind by a process that was killed. */
const ABANDONED_AFTER_MS = 3_600_000;

/** ONNX files by the SHA-256 of their content; several processes may share the folder. */
export class ModelCache {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The path of the file with that digest, or null where there is none or it is damaged. */
  async find(digest: string): Promise<string | null> {
    const path = this.#pathOf(digest);
    try {
      return (await sha256OfFile(path)) === digest ? path : null;
    } catch {
      return null;
    }
  }

  /**
   * Adds a file: written beside its place, checked, synced to disk, then renamed, so that no reader
   * ever sees a part of it.
   *
   * @param digest the SHA-256 that the catalog pins.
   * @param write makes the file at the path that it is given.
   * @throws MODEL_HASH_MISMATCH, MODEL_CACHE_UNWRITABLE and what `write` throws.
   */
  async store(digest: string, write: (path: string) => Promise<void>): Promise<string> {
    const path = this.#pathOf(digest);
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#dir, { recursive: true });
      await this.#removeAbandoned();
      await write(temporary);
      const actual = await sha256OfFile(temporary);
      if (actual !== digest) {
        throw edgeError(
          "MODEL_HASH_MISMATCH",
          `the catalog pins SHA-256 ${digest}, but the model's is ${actual}`,
        );
      }
      const file = await open(temporary, "r+");
      await file.sync().finally(() => file.close());
      await rename(temporary, path);
      return path;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      if (error instanceof CodedError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw edgeError("MODEL_CACHE_UNWRITABLE", `${this.#dir}: ${reason}`, error);
    }
  }

  #pathOf(digest: string): string {
    return join(this.#dir, `${digest}.onnx`);
  }

  async #removeAbandoned(): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      if (!TEMPORARY.test(name)) continue;
      const path = join(this.#dir, name);
      const info = await stat(path).catch(() => null);
      if (info !== null && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS) {
        await rm(path, { force: true });
      }
    }
  }
}
