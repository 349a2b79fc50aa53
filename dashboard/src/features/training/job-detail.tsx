import { useState } from "react";
import { toast } from "sonner";
import { AgeText } from "../../clock/age-text.tsx";
import { useNow } from "../../clock/use-now.ts";
import { formatScore, plural } from "../../format/amount.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { Button } from "../../ui/button.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { JobCurve } from "./job-curve.tsx";
import { JobFacts } from "./job-facts.tsx";
import { JobFault } from "./job-fault.tsx";
import { bestAp50, isPending, spanOf, stageWords, stateOf } from "./job-words.ts";
import { type TrainingJob, useTrainingChanges } from "./use-training.ts";

/** One job: what it does now, its curve, what it came from and what came of it. */
export function JobDetail({ job }: { job: TrainingJob }) {
  const now = useNow(1000);
  const { tone, words } = stateOf(job);
  const best = bestAp50(job);
  return (
    <section aria-label="Job" className="flex min-w-0 flex-1 flex-col overflow-y-auto">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
        <span className="flex items-center gap-2">
          <StatusMark tone={tone} />
          <h2 className="text-base font-medium">{words}</h2>
        </span>
        <span className="flex-1 text-dim">{outcome(job)}</span>
        {isPending(job) ? <CancelButton jobId={job.jobId} /> : null}
      </header>
      {isPending(job) ? <StageBar job={job} /> : null}
      {job.fault === null ? null : <JobFault fault={job.fault} />}
      <dl className="grid grid-cols-2 gap-px border-y bg-line lg:grid-cols-4">
        <Figure name="Time" value={spanOf(job, now) ?? "–"}>
          {job.startedAt === null ? (
            "has not begun"
          ) : (
            <>
              began <AgeText at={job.startedAt} />
            </>
          )}
        </Figure>
        <Figure name="Epochs" value={String(job.curve.length)}>
          {secondsAnEpoch(job)}
        </Figure>
        <Figure name="Best validation AP50" value={best === null ? "–" : formatScore(best)}>
          {best === null ? noneOf(job) : gain(job, best)}
        </Figure>
        <Figure name="Attempts" value={String(job.attempts)}>
          {job.attempts > 1 ? "went on from its checkpoint" : "not interrupted"}
        </Figure>
      </dl>
      {job.curve.length > 0 || isPending(job) ? <JobCurve curve={job.curve} /> : null}
      <JobFacts job={job} />
    </section>
  );
}

function Figure(props: { name: string; value: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0 bg-canvas px-4 py-3">
      <dt className="text-2xs text-faint">{props.name}</dt>
      <dd className="mt-0.5 truncate text-lg font-medium">{props.value}</dd>
      <dd className="text-xs text-dim">{props.children}</dd>
    </div>
  );
}

function StageBar({ job }: { job: TrainingJob }) {
  const { progress } = job;
  const share = progress === null || progress.of === 0 ? 0 : progress.done / progress.of;
  return (
    <div className="px-4 pb-3">
      <div className="h-1 overflow-hidden rounded-full bg-hover">
        <div className="h-full bg-accent" style={{ width: `${Math.min(1, share) * 100}%` }} />
      </div>
      <p className="mt-1.5 text-xs text-dim">{stageWords(job)}</p>
    </div>
  );
}

function CancelButton({ jobId }: { jobId: string }) {
  const { cancel } = useTrainingChanges();
  const [asked, setAsked] = useState(false);
  const send = () =>
    cancel.mutate(
      { jobId },
      { onError: (fault) => toast(`The job was not cancelled: ${fault.message}`) },
    );
  if (!asked) {
    return (
      <RoleButton needs="ml" onClick={() => setAsked(true)}>
        Cancel job
      </RoleButton>
    );
  }
  return (
    <span className="flex items-center gap-2">
      <span className="text-xs text-dim">What it learnt so far is lost.</span>
      <Button onClick={() => setAsked(false)}>Keep it</Button>
      <Button variant="solid" disabled={cancel.isPending} onClick={send}>
        Cancel it
      </Button>
    </span>
  );
}

function outcome(job: TrainingJob): string {
  if (job.state === "done") return "Its model is a candidate now.";
  if (job.state === "cancelled") return `Cancelled by ${job.endedBy ?? "somebody"}.`;
  if (job.state === "failed") return "No model came of it; what runs on the nodes is untouched.";
  return "";
}

function noneOf(job: TrainingJob): string {
  return isPending(job) ? "none yet" : "none";
}

function secondsAnEpoch(job: TrainingJob): string {
  const last = job.curve.at(-1);
  if (last === undefined) return noneOf(job);
  const asked = job.settings.epochs;
  if (job.state === "done" && typeof asked === "number" && job.curve.length < asked) {
    return `of ${asked}; no more was gained`;
  }
  return `${last.seconds.toFixed(1)} s the last one`;
}

/** In which epoch the best was, and how it compares with the first. */
function gain({ curve }: TrainingJob, best: number): string {
  const first = curve[0];
  const epoch = curve.find(({ validationAp50 }) => validationAp50 === best)?.epoch;
  if (first === undefined || epoch === undefined || epoch === first.epoch)
    return "in the first epoch";
  const points = Math.round((best - first.validationAp50) * 100);
  return `in epoch ${epoch}, ${plural(points, "point")} above the first`;
}
