import type { KeyObject } from "node:crypto";
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Postgres } from "../database/postgres.ts";

/** What the procedures of models work with. */
export interface RegistryParts {
  database: Postgres;
  /** Bucket sentinel-models. */
  models: BlobStore;
  /** Null where this cloud was given no signing key: nothing can be approved then. */
  signingKey: KeyObject | null;
}
