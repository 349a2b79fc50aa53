import { clsx } from "clsx";
import { AgeText } from "../../clock/age-text.tsx";
import { useNow } from "../../clock/use-now.ts";
import { formatScore, shortDigest } from "../../format/amount.ts";
import { LIST_PANE } from "../../ui/panes.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { bestAp50, causeWords, isPending, spanOf, stageWords, stateOf } from "./job-words.ts";
import type { TrainingJob } from "./use-training.ts";

interface JobListProps {
  jobs: readonly TrainingJob[];
  shown: string;
  onOpen: (jobId: string) => void;
}

/** Every job, the newest first: state, what from, and what came of it. */
export function JobList({ jobs, shown, onOpen }: JobListProps) {
  return (
    <nav aria-label="Training jobs" className={`w-88 ${LIST_PANE}`}>
      <ul>
        {jobs.map((job) => (
          <li key={job.jobId} className="border-b">
            <button
              type="button"
              aria-current={job.jobId === shown ? "true" : undefined}
              onClick={() => onOpen(job.jobId)}
              className={clsx(
                "flex w-full flex-col px-4 py-2 text-left -outline-offset-2",
                job.jobId === shown ? "bg-selected" : "hover:bg-hover",
              )}
            >
              <JobLine job={job} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function JobLine({ job }: { job: TrainingJob }) {
  const now = useNow(1000);
  const { tone, words } = stateOf(job);
  const best = bestAp50(job);
  return (
    <>
      <span className="flex w-full items-center gap-2">
        <StatusMark tone={tone} />
        <span className="font-medium">{words}</span>
        <span className="ml-auto text-xs text-dim">
          <AgeText at={job.queuedAt} />
        </span>
      </span>
      <span className="flex w-full gap-2 text-xs text-dim">
        <span className="truncate">{job.datasetName ?? shortDigest(job.datasetId)}</span>
        <span className="ml-auto shrink-0">
          {best === null ? null : `AP50 ${formatScore(best)}`}
          {best !== null && job.startedAt !== null ? " · " : null}
          {spanOf(job, now)}
        </span>
      </span>
      <span className="w-full truncate text-xs text-faint">
        {isPending(job) ? stageWords(job) : `Started by ${causeWords(job)}`}
      </span>
    </>
  );
}
