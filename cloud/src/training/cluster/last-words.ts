import { type JobLine, jobLineSchema } from "../jobs/job-files.ts";

const KEPT_LINES = 20;
const KEPT_LINE_LENGTH = 500;

/** What the end of a pod's log says: the fault that it names, and the last lines of its process. */
export function lastWordsIn(log: string): {
  fault: { code: string | null; message: string } | null;
  lines: string[];
} {
  let fault: { code: string | null; message: string } | null = null;
  const lines: string[] = [];
  for (const line of log.split("\n")) {
    const json = jsonIn(line);
    const parsed = jobLineSchema.safeParse(json);
    if (parsed.success && parsed.data.type === "fault") fault = faultOf(parsed.data);
    // Lines of JSON are the log of the pod's own program.
    else if (json === null && line.trim() !== "") lines.push(line.slice(0, KEPT_LINE_LENGTH));
  }
  return { fault, lines: lines.slice(-KEPT_LINES) };
}

function faultOf({ code, message }: Extract<JobLine, { type: "fault" }>) {
  return { code, message: message.slice(0, 2_000) };
}

function jsonIn(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
