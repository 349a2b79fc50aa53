import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import { cloudError, cloudErrors } from "../../errors.ts";
import { ChildLines } from "./child-lines.ts";
import { type ChildEnd, runJobChild } from "./job-child.ts";
import type { EndCodes } from "./job-place.ts";
import type { Attempt } from "./job-runner.ts";

/** How often the process of a job may be killed by others before the job is given up. */
export const MAX_KILLS = 4;

/**
 * Works on a job's folder in a process of its own, which is started again where somebody killed it.
 * @throws CodedError the process' own where it is one of ours, `codes.failed` or `codes.killed`
 *   otherwise; the cause is {@link ChildLines}. The signal's reason where it was aborted.
 */
export async function runPersistentChild(options: {
  mainFile: string;
  attempt: Pick<Attempt, "folder" | "recorder" | "signal">;
  codes: EndCodes;
  logger: Logger;
}): Promise<void> {
  const { mainFile, attempt, codes, logger } = options;
  const { folder, recorder, signal } = attempt;
  for (let kills = 0; ; kills += 1) {
    const end = await runJobChild({
      mainFile,
      folder,
      signal,
      onSpawn: (pid) => logger.info({ folder, pid }, "the job's process began"),
      onLine: (line) => recorder.take(line),
    });
    signal.throwIfAborted();
    if (end.how === "done") return;
    if (end.how === "killed" && kills < MAX_KILLS) {
      logger.warn({ folder, by: end.by }, "the job's process was killed, goes on");
      continue;
    }
    throw faultOf(end, codes);
  }
}

function faultOf(end: ChildEnd, codes: EndCodes): CodedError {
  if (end.how === "killed") return killedFault(end.by, end.lines, codes);
  return end.how === "failed"
    ? failedFault(end.fault, end.lines, codes)
    : failedFault(null, [], codes);
}

/** The fault of a job whose process was killed once too often. */
export function killedFault(by: string, lines: string[], codes: EndCodes): CodedError {
  const message = `the process of the job was killed ${MAX_KILLS + 1} times, by ${by}`;
  return cloudError(codes.killed, message, new ChildLines(lines));
}

/** The fault of a job by what its process said last. */
export function failedFault(
  said: { code: string | null; message: string } | null,
  lines: string[],
  codes: EndCodes,
): CodedError {
  const last = lines.findLast((line) => line.trim() !== "") ?? "its process gave no reason";
  const code = Object.keys(cloudErrors).find((known) => known === said?.code);
  const known = code === undefined ? codes.failed : (code as keyof typeof cloudErrors);
  return cloudError(known, said?.message ?? last, new ChildLines(lines));
}
