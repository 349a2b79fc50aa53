import sharp from "sharp";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Sql, Statement } from "../database/postgres.ts";
import { readSnapshot } from "../snapshots/read-snapshot.ts";
import { perceptualHash } from "./perceptual-hash.ts";

/** What the bytes of a picture are. */
export interface PictureFacts {
  width: number;
  height: number;
  phash: string;
}

/** Where a picture lies. */
export interface PictureKey {
  nodeId: string;
  picture: string;
}

/** What was found of pictures in the store. */
export interface FoundPictures {
  facts: Map<string, PictureFacts>;
  /** Not in the store, or other bytes than their name says. */
  gone: string[];
  /** Bytes that are no picture. */
  unreadable: string[];
}

const PARALLEL = 8;
/** Pixels of a picture that may be decoded. */
const MAX_PIXELS = 50_000_000;

const READ_FACTS: Statement = {
  name: "read-picture-facts",
  text: "select picture, width, height, phash from picture_facts where picture = any($1)",
};
const WRITE_FACTS: Statement = {
  name: "write-picture-facts",
  text: `insert into picture_facts (picture, width, height, phash)
    values ($1, $2, $3, $4) on conflict do nothing`,
};

/**
 * Reads pictures from the store and compares each with its name: `every`, or only those that were
 * never read before. What its bytes are is found out once and kept.
 * @throws CodedError BLOBS_UNREACHABLE.
 */
export async function findPictures(
  sql: Sql,
  store: BlobStore,
  keys: readonly PictureKey[],
  which: "every" | "unread" = "every",
): Promise<FoundPictures> {
  const known = await readFacts(
    sql,
    keys.map(({ picture }) => picture),
  );
  const found: FoundPictures = { facts: new Map(), gone: [], unreadable: [] };
  const waiting = keys.toReversed();
  const work = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const before = known.get(key.picture);
      if (which === "unread" && before !== undefined) {
        found.facts.set(key.picture, before);
        continue;
      }
      const read = await readSnapshot(store, key.nodeId, key.picture);
      if (read.verdict !== "genuine") {
        found.gone.push(key.picture);
        continue;
      }
      const facts = before ?? (await learnFacts(sql, key.picture, read.picture));
      if (facts === null) found.unreadable.push(key.picture);
      else found.facts.set(key.picture, facts);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  found.gone.sort();
  found.unreadable.sort();
  return found;
}

/** What is known of pictures without reading them. */
async function readFacts(
  sql: Sql,
  pictures: readonly string[],
): Promise<Map<string, PictureFacts>> {
  const rows = await sql.query<PictureFacts & { picture: string }>(READ_FACTS, [pictures]);
  return new Map(rows.map(({ picture, ...facts }) => [picture, facts]));
}

async function learnFacts(sql: Sql, name: string, picture: Buffer): Promise<PictureFacts | null> {
  const facts = await factsOf(picture);
  if (facts === null) return null;
  await sql.query(WRITE_FACTS, [name, facts.width, facts.height, facts.phash]);
  return facts;
}

/** Decodes a JPEG whole; null where it is none, or damaged. */
async function factsOf(picture: Buffer): Promise<PictureFacts | null> {
  try {
    const { format, width, height } = await sharp(picture).metadata();
    if (format !== "jpeg" || width * height > MAX_PIXELS) return null;
    return { width, height, phash: await perceptualHash(picture) };
  } catch {
    return null;
  }
}
