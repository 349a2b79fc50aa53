import { ArrowLeft } from "lucide-react";
import { AgeText } from "../../clock/age-text.tsx";
import { formatBytes, shortDigest } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { Comparison } from "./comparison.tsx";
import { EvaluationState } from "./evaluation-state.tsx";
import { GateVerdict } from "./gate-verdict.tsx";
import { LatencySection } from "./latency-section.tsx";
import { LineageSection } from "./lineage-section.tsx";
import { ModelActions } from "./model-actions.tsx";
import { isPending, stateOf } from "./model-words.ts";
import { type Model, useEvaluations } from "./use-models.ts";

interface ModelDetailProps {
  model: Model;
  models: readonly Model[];
  /** The evaluation that is shown; the one that the gate judged where none is named. */
  evaluation: string | undefined;
  onEvaluation: (evaluationId: string) => void;
  /** Back to the list, where there is no room for both. */
  onBack: (() => void) | undefined;
}

/** One model: what the gate says, what it was compared with, where it comes from and where it went. */
export function ModelDetail(props: ModelDetailProps) {
  const { model, models, evaluation: named, onEvaluation, onBack } = props;
  const { tone, words } = stateOf(model);
  const query = useEvaluations(model.digest);
  const error = useStandingError(query);
  const { data: evaluations } = query;
  const done = evaluations?.filter(({ state }) => state === "done");
  const wanted = named ?? model.gate?.evaluationId;
  const shown = done?.find(({ evaluationId }) => evaluationId === wanted) ?? done?.[0];
  const newest = evaluations?.find(isPending) ?? evaluations?.[0];
  const told = newest !== undefined && newest.state !== "done";
  return (
    <section aria-label="Model" className="@container h-full overflow-y-auto">
      <header className="flex flex-col gap-2 px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          {onBack === undefined ? null : (
            <Button
              variant="ghost"
              size="icon"
              aria-label="All models"
              className="md:hidden"
              onClick={onBack}
            >
              <ArrowLeft aria-hidden="true" />
            </Button>
          )}
          <span className="flex min-w-0 items-center gap-2">
            <StatusMark tone={tone} />
            <span className="text-dim">{words}</span>
            <h2 className="truncate text-base font-medium">{model.name}</h2>
          </span>
          <span className="flex items-center gap-1 text-xs text-dim" title={model.digest}>
            {shortDigest(model.digest)}
            <CopyButton text={model.digest} what="Digest" />
          </span>
        </div>
        <Facts model={model} />
        <Decision model={model} />
        <ModelActions model={model} models={models} />
      </header>
      {told ? <EvaluationState evaluation={newest} /> : null}
      {model.gate === null ? null : <GateVerdict gate={model.gate} state={model.state} />}
      {evaluations === undefined ? (
        <div className="border-t px-4 py-3">
          {error === null ? (
            <div role="status" aria-label="Loading the evaluations" className="skeleton h-72" />
          ) : (
            <QueryFailed
              what="The evaluations"
              error={error}
              stillWorks="What the gate said stands in the list."
              onRetry={() => void query.refetch()}
            />
          )}
        </div>
      ) : null}
      {evaluations?.length === 0 ? (
        <p className="border-t px-4 py-3 text-dim">
          {model.baseDigest === null
            ? "It is of the catalog and has no base; it can be compared with any other model."
            : "It was not evaluated yet: compare it with its base, and the gate judges it."}
        </p>
      ) : null}
      {shown === undefined ? null : (
        <Comparison
          evaluation={shown}
          others={done ?? []}
          judgedBy={model.gate?.evaluationId ?? null}
          onEvaluation={onEvaluation}
        />
      )}
      <LatencySection model={model} against={shown} />
      <LineageSection model={model} />
    </section>
  );
}

function Facts({ model }: { model: Model }) {
  const { layout, inputSize, classNames, licence, sizeBytes, madeAt } = model;
  return (
    <p className="text-xs text-dim">
      {layout} at {inputSize} px, {classNames.length} classes, {formatBytes(sizeBytes)}, licence{" "}
      {licence.id ?? "unknown"}, made <AgeText at={madeAt} />
    </p>
  );
}

/** Who decided on it, when and why. */
function Decision({ model }: { model: Model }) {
  const decision = decisionOf(model);
  if (decision === null) return null;
  const { verb, by, at, why } = decision;
  return (
    <p className="text-xs">
      {verb}
      {by === null ? "" : ` by ${by}`} <AgeText at={at} />
      {why === null ? null : <span className="text-dim">: {why}</span>}
    </p>
  );
}

function decisionOf(model: Model) {
  if (model.revokedAt !== null) {
    const { revokedBy: by, revokedAt: at, revokedWhy: why } = model;
    return { verb: "Revoked", by, at, why };
  }
  if (model.rejectedAt !== null) {
    const { rejectedBy: by, rejectedAt: at, rejectedWhy: why } = model;
    return { verb: "Rejected", by, at, why };
  }
  if (model.approvedAt === null) return null;
  const { approvedBy: by, approvedAt: at, approvedWhy: why } = model;
  return { verb: "Approved and signed", by, at, why };
}
