import { useNavigate } from "@tanstack/react-router";
import { Dumbbell, Plus } from "lucide-react";
import { useState } from "react";
import { plural } from "../../format/amount.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { Message } from "../../ui/message.tsx";
import { PANES } from "../../ui/panes.ts";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { JobDetail } from "./job-detail.tsx";
import { JobList } from "./job-list.tsx";
import { isPending } from "./job-words.ts";
import { LoopStrip } from "./loop-strip.tsx";
import { StartForm } from "./start-form.tsx";
import { useJobs } from "./use-training.ts";

/** What the loop waits for, every training job, and the one that is open. */
export function TrainingPage({ job: named }: { job: string | undefined }) {
  const navigate = useNavigate();
  const query = useJobs();
  const { data: jobs, refetch } = query;
  const error = useStandingError(query);
  const [starting, setStarting] = useState(false);
  const open = (job: string | undefined) =>
    void navigate({ to: "/training", search: job === undefined ? {} : { job }, replace: true });
  const at = jobs?.findIndex(({ jobId }) => jobId === named) ?? -1;
  const shown = jobs?.[Math.max(at, 0)];
  const move = (step: number) => {
    const next = jobs?.[Math.max(at, 0) + step];
    if (next !== undefined) open(next.jobId);
  };
  useShortcuts({ j: () => move(1), k: () => move(-1), Escape: () => setStarting(false) });

  if (jobs === undefined) {
    if (error === null) return <Skeleton />;
    return (
      <QueryFailed
        what="The training jobs"
        error={error}
        stillWorks="What runs goes on training."
        onRetry={() => void refetch()}
      />
    );
  }
  const running = jobs.filter(isPending).length;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(jobs.length, "job")}
          {running === 0 ? "" : `, ${running} under way`}
        </span>
        <RoleButton needs="ml" variant="solid" onClick={() => setStarting(true)}>
          <Plus aria-hidden="true" />
          Start a job
        </RoleButton>
      </TopBarSlot>
      <LoopStrip />
      <div className={PANES}>
        {shown === undefined ? (
          <div className="flex-1">
            <Message icon={<Dumbbell />} title="Nothing was trained yet">
              <p>
                A job starts by itself when enough annotations have come, or by hand from any
                dataset version.
              </p>
            </Message>
          </div>
        ) : (
          <>
            <JobList jobs={jobs} shown={shown.jobId} onOpen={open} />
            <JobDetail key={shown.jobId} job={shown} />
          </>
        )}
        {starting ? (
          <StartForm
            onClose={() => setStarting(false)}
            onStarted={(jobId) => {
              setStarting(false);
              open(jobId);
            }}
          />
        ) : null}
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the training jobs" className="flex h-full flex-col">
      <div className="border-b p-4">
        <div className="skeleton h-10" />
      </div>
      <div className="flex min-h-0 flex-1">
        <div className="flex w-88 flex-col gap-2 border-r p-4">
          {["a", "b", "c"].map((row) => (
            <div key={row} className="skeleton h-12" />
          ))}
        </div>
        <div className="flex-1 p-4">
          <div className="skeleton h-64" />
        </div>
      </div>
    </div>
  );
}
