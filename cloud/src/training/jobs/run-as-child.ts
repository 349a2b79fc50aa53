import { parseArgs } from "node:util";
import { CodedError } from "@sentinel/protocol/coded-error";
import type { JobLine } from "./job-files.ts";

/** What the process of a job works with. */
export interface ChildJob {
  folder: string;
  signal: AbortSignal;
  tell: (line: JobLine) => void;
}

/**
 * The life of a job's process: `--job DIR`, lines of JSON on stdout, words on stderr. Ends politely on
 * SIGTERM, and at once when the process that started it is gone.
 */
export async function runAsChild(work: (job: ChildJob) => Promise<void>): Promise<void> {
  const { values } = parseArgs({ options: { job: { type: "string" } } });
  if (values.job === undefined) {
    process.stderr.write("--job DIR is missing\n");
    process.exit(2);
  }
  const stopping = new AbortController();
  process.once("SIGTERM", () => stopping.abort());
  process.once("disconnect", () => process.exit(1));
  try {
    await work({ folder: values.job, signal: stopping.signal, tell });
    process.exit(0);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(143);
    const code = error instanceof CodedError ? error.code : null;
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: "fault", code, message });
    // A coded fault says all there is; where anything else came from is for who mends it.
    if (code === null) process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
    process.exit(1);
  }
}

/** Pipes are written at once, so that no line is lost when the process ends. */
function tell(line: JobLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
