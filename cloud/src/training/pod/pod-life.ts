import { CodedError } from "@sentinel/protocol/coded-error";
import { pino } from "pino";
import { ChildLines } from "../jobs/child-lines.ts";
import type { JobPrograms } from "../jobs/process-place.ts";
import { readPodSettings } from "./pod-settings.ts";
import { runPod } from "./run-pod.ts";

/**
 * The life of a job's pod. Its last words, which its controller reads in the pod's log, are the last lines of
 * the job's process and then one line of JSON that says why it ends.
 */
export async function livePod(programs: JobPrograms): Promise<void> {
  const logger = pino({ base: { service: "job" } }, pino.destination(1));
  const stopping = new AbortController();
  process.once("SIGTERM", () => stopping.abort(new Error("the pod is to end")));
  try {
    await runPod({ ...readPodSettings(), programs, signal: stopping.signal, logger });
    logger.info("the job is done");
    process.exit(0);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(143);
    const code = error instanceof CodedError ? error.code : null;
    const message = error instanceof Error ? error.message : String(error);
    const lines =
      error instanceof CodedError && error.cause instanceof ChildLines ? error.cause.lines : [];
    process.stderr.write(lines.map((line) => `${line}\n`).join(""));
    process.stdout.write(`${JSON.stringify({ type: "fault", code, message })}\n`);
    process.exit(1);
  }
}
