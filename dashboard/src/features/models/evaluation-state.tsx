import { AgeText } from "../../clock/age-text.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { CancelEvaluation } from "./cancel-evaluation.tsx";
import { modelWords, picturesWords, stageWords } from "./model-words.ts";
import type { EvaluationItem } from "./use-models.ts";

/** The newest evaluation while it is under way, or why nothing came of it: the fault and what to do, or who cancelled it. */
export function EvaluationState({ evaluation }: { evaluation: EvaluationItem }) {
  const { fault, againstName, against, queuedAt, queuedBy } = evaluation;
  const againstWords = `against ${modelWords(againstName, against)}`;
  const what = `${againstWords} on the ${picturesWords(evaluation)}`;
  if (fault !== null) {
    return (
      <div role="alert" className="flex gap-2.5 border-t px-4 py-3">
        <span className="flex h-5 items-center">
          <StatusMark tone="down" />
        </span>
        <div className="min-w-0 flex-1">
          <p className="break-words">
            <span className="font-medium">The evaluation came to nothing</span>
            <span className="ml-2 text-2xs tracking-wide text-dim">{fault.code}</span>
            <span className="block">{fault.message}</span>
            {fault.action === null ? null : <span className="block text-dim">{fault.action}</span>}
          </p>
          <p className="mt-1 text-xs text-faint">
            {what}, asked for by {queuedBy} <AgeText at={queuedAt} />
          </p>
          {fault.lines.length === 0 ? null : (
            <pre
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
              tabIndex={0}
              className="mt-2 max-h-40 overflow-auto rounded-sm border bg-panel p-2 text-2xs"
            >
              {fault.lines.join("\n")}
            </pre>
          )}
        </div>
      </div>
    );
  }
  const { progress, state, endedAt, endedBy } = evaluation;
  if (state === "cancelled") {
    return (
      <p role="status" className="flex flex-wrap items-center gap-2 border-t px-4 py-3">
        <StatusMark tone="unknown" />
        <span className="font-medium">The evaluation was cancelled</span>
        <span className="text-xs text-dim">
          by {endedBy ?? "somebody"} {endedAt === null ? null : <AgeText at={endedAt} />},{" "}
          {evaluation.measuredOn === null ? againstWords : what}
        </span>
      </p>
    );
  }
  const share = progress === null || progress.of === 0 ? 0 : progress.done / progress.of;
  return (
    <div role="status" className="border-t px-4 py-3">
      <p className="flex flex-wrap items-center gap-2">
        <StatusMark tone="connecting" />
        <span className="font-medium">{stageWords(evaluation)}</span>
        <span className="text-xs text-dim">{what}</span>
        <span className="ml-auto">
          <CancelEvaluation key={evaluation.evaluationId} evaluationId={evaluation.evaluationId} />
        </span>
      </p>
      <div
        role="progressbar"
        aria-label="Evaluation"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="mt-2 h-1 overflow-hidden rounded-full bg-hover"
      >
        <div className="h-full bg-accent" style={{ width: `${Math.min(1, share) * 100}%` }} />
      </div>
    </div>
  );
}
