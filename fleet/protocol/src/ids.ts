import { z } from "zod";

/**
 * Names of nodes and cameras. They become topic levels and object keys, so they hold nothing that
 * means something there (`/`, `+`, `#`, `.`): 1 to 64 lower-case letters, digits and inner dashes.
 */
export const slugSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    "1 to 64 lower-case letters, digits and inner dashes, for example gate-1",
  );

export const nodeIdSchema = slugSchema;
export const cameraIdSchema = slugSchema;

/** UUIDv7 (RFC 9562, section 5.7): sortable by the time it was made. */
export const eventIdSchema = z.uuidv7();

/** One life of an edge's SQLite file. */
export const epochSchema = z.uuidv7();

/** Grows by one per outbox row within a node and epoch; the first row is 1. */
export const seqSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Milliseconds since the Unix epoch, UTC. The upper bound is the end of the year 9999. */
export const timestampSchema = z.int().min(0).max(253_402_300_799_999);

/** Lower-case hexadecimal SHA-256 (FIPS 180-4). */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");
