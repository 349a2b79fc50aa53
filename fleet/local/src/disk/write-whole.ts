import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";

/** The whole file or none, for its owner only: temporary file, fsync, rename. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(temporary, "w", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}
