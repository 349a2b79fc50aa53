import { open } from "node:fs/promises";

/** Makes names that were added to or renamed in a folder survive a power cut (fsync(2) on the folder). */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
