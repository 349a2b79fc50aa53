import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { z } from "zod";

const noteSchema = z.object({ name: z.string() });

/** Name of the model that last worked at the edge, from its SQLite file; null where there is none. */
export function lastModelAtEdge(edgeDir: string): string | null {
  const file = join(edgeDir, "outbox.sqlite");
  if (!existsSync(file)) return null;
  const database = new Database(file, { readonly: true });
  try {
    const row = database
      .prepare<[], { value: string }>("select value from meta where key = 'last_model'")
      .get();
    return row === undefined ? null : noteSchema.parse(JSON.parse(row.value)).name;
  } finally {
    database.close();
  }
}
