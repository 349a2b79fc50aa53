import type { CodedError } from "@sentinel/protocol/coded-error";
import type { Logger } from "pino";
import { cloudError, cloudErrors } from "../../errors.ts";
import { ChildLines } from "./child-lines.ts";
import { type ChildEnd, runJobChild } from "./job-child.ts";
import type { Attempt } from "./job-runner.ts";

/** How often the process of a job may be killed by others before the job is given up. */
const MAX_KILLS = 4;

type Code = keyof typeof cloudErrors;

/**
 * Works on a job's folder in a process of its own, which is started again where somebody killed it.
 * @throws CodedError the process' own where it is one of ours, `codes.failed` or `codes.killed`
 *   otherwise; the cause is {@link ChildLines}. The signal's reason where it was aborted.
 */
export async function runPersistentChild(options: {
  mainFile: string;
  attempt: Attempt;
  codes: { failed: Code; killed: Code };
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

function faultOf(end: ChildEnd, codes: { failed: Code; killed: Code }): CodedError {
  if (end.how === "killed") {
    const message = `the process of the job was killed ${MAX_KILLS + 1} times, by ${end.by}`;
    return cloudError(codes.killed, message, new ChildLines(end.lines));
  }
  const lines = end.how === "failed" ? end.lines : [];
  const said = end.how === "failed" ? end.fault : null;
  const last = lines.findLast((line) => line.trim() !== "") ?? "its process gave no reason";
  const code = Object.keys(cloudErrors).find((known) => known === said?.code) as Code | undefined;
  return cloudError(code ?? codes.failed, said?.message ?? last, new ChildLines(lines));
}
