import type { ReactNode } from "react";
import type { TriageFigures as Figures } from "../../connection/api.ts";
import { formatCount, plural } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { useTriageStats } from "./use-triage.ts";

/** How the answering goes, and what the next dataset version still needs. */
export function TriageFigures() {
  const { data } = useTriageStats();
  if (data === undefined) return <div className="h-72" />;
  const { medianDecisionMs, answered, given, undone, today, checked, agreed } = data;
  return (
    <section aria-label="Figures" className="flex flex-col gap-4 p-4">
      <dl className="grid grid-cols-2 gap-x-3 gap-y-3 max-lg:grid-cols-3">
        <Figure name="Median decision" hint={`Median of your last ${plural(given, "answer")}`}>
          {medianDecisionMs === null ? "–" : `${(medianDecisionMs / 1000).toFixed(1)} s`}
        </Figure>
        <Figure name="Taken back" hint={`${undone} of your last ${plural(given, "answer")}`}>
          {share(undone, given)}
        </Figure>
        <Figure
          name="Agreement"
          hint={
            checked === 0
              ? "About one question in 20 was answered before, by somebody else or by you long ago; none has come yet"
              : `With ${agreed} of ${plural(checked, "known answer")}; about one question in 20 has one`
          }
        >
          {share(agreed, checked)}
        </Figure>
        <Figure name="Yours in 24 h" hint="Your answers that stand">
          {formatCount(today)}
        </Figure>
        <Figure name="All answers" hint="Of all people, that stand">
          {formatCount(answered)}
        </Figure>
      </dl>
      <Needed needed={data.needed} />
    </section>
  );
}

function Figure({ name, hint, children }: { name: string; hint: string; children: ReactNode }) {
  return (
    <div title={hint}>
      <dt className="text-xs text-dim">{name}</dt>
      <dd className="text-lg font-medium">{children}</dd>
    </div>
  );
}

/** What the next dataset version waits for, as the page Training has it. */
function Needed({ needed }: { needed: Figures["needed"] }) {
  const { annotations, threshold, enabled, blocked } = needed;
  const left = Math.max(0, threshold - annotations);
  return (
    <div className="flex flex-col gap-1.5">
      <p className="text-xs text-dim">Next dataset version</p>
      <p className="text-lg font-medium">
        {formatCount(annotations)} of {formatCount(threshold)}
      </p>
      <div
        role="progressbar"
        aria-label="Answers towards the next dataset version"
        aria-valuemin={0}
        aria-valuemax={threshold}
        aria-valuenow={Math.min(annotations, threshold)}
        className="h-1 overflow-hidden rounded-full bg-hover"
      >
        <div
          className={`h-full ${enabled ? "bg-accent" : "bg-line-strong"}`}
          style={{ width: `${Math.min(1, annotations / threshold) * 100}%` }}
        />
      </div>
      <p className="text-xs text-dim">
        {!enabled
          ? "The loop is switched off; a version is built by hand."
          : left > 0
            ? `${plural(left, "answer")} more and it is built and trained on.`
            : blocked === null
              ? "Enough have come; it is being built."
              : null}
      </p>
      {blocked === null || !enabled || left > 0 ? null : (
        <p className="flex gap-2 text-xs">
          <span className="flex h-4 items-center">
            <StatusMark tone="stale" />
          </span>
          <span className="min-w-0 break-words">Not built yet: {blocked.message}</span>
        </p>
      )}
    </div>
  );
}

function share(part: number, of: number): string {
  return of === 0 ? "–" : `${Math.round((part / of) * 100)} %`;
}
