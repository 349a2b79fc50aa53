import type { Logger } from "pino";
import { END_CODES, type JobKindName, type JobPlace } from "./job-place.ts";
import { runPersistentChild } from "./persistent-child.ts";

/** The program of each kind of jobs, as a file. */
export type JobPrograms = Readonly<Record<JobKindName, string>>;

/** Jobs run as child processes of this one; nothing of them lies elsewhere. */
export function processPlace(programs: JobPrograms, logger: Logger): JobPlace {
  return {
    work: async ({ kind, fill }, attempt) => {
      await fill();
      const codes = END_CODES[kind];
      await runPersistentChild({ mainFile: programs[kind], attempt, codes, logger });
    },
    forget: () => Promise.resolve(),
    sweep: () => Promise.resolve(),
  };
}
