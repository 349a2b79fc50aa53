import { Link } from "@tanstack/react-router";
import { AgeText } from "../../clock/age-text.tsx";
import { plural } from "../../format/amount.ts";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { ChangedPictures } from "./changed-pictures.tsx";
import { FigureTable, PartTable } from "./figure-table.tsx";
import { modelWords, picturesWords } from "./model-words.ts";
import { PrecisionCurve } from "./precision-curve.tsx";
import { Section } from "./section.tsx";
import { type Evaluation, type EvaluationItem, type Figures, useEvaluation } from "./use-models.ts";

interface ComparisonProps {
  evaluation: EvaluationItem;
  /** Every evaluation of the model that is done. */
  others: readonly EvaluationItem[];
  /** The one by which the gate judged. */
  judgedBy: string | null;
  onEvaluation: (evaluationId: string) => void;
}

/** Two models on the same pictures, side by side. */
export function Comparison({ evaluation, others, judgedBy, onEvaluation }: ComparisonProps) {
  const query = useEvaluation(evaluation.evaluationId);
  const error = useStandingError(query);
  const { data } = query;
  const choice =
    others.length < 2 ? null : (
      <select
        aria-label="Evaluation"
        className="h-7 max-w-full rounded-md border border-line-strong bg-canvas px-1.5 text-sm"
        value={evaluation.evaluationId}
        onChange={({ target }) => onEvaluation(target.value)}
      >
        {others.map((other) => (
          <option key={other.evaluationId} value={other.evaluationId}>
            {optionWords(other, judgedBy)}
          </option>
        ))}
      </select>
    );
  return (
    <>
      <Section
        title="Comparison"
        beside={
          <>
            <span>
              with{" "}
              <Link
                to="/models"
                search={{ model: evaluation.against }}
                className="text-ink underline decoration-line-strong underline-offset-2 hover:decoration-current"
              >
                {modelWords(evaluation.againstName, evaluation.against)}
              </Link>{" "}
              on the {picturesWords(evaluation)}
              {data?.figures == null
                ? ""
                : `, ${plural(data.figures.pictures, "picture")}, ${plural(data.figures.boxes, "box", "boxes")}`}
            </span>
            <span className="text-faint">
              {evaluation.endedAt === null ? "" : <AgeText at={evaluation.endedAt} />}
            </span>
            {choice}
          </>
        }
      >
        {data === undefined ? (
          error === null ? (
            <div className="skeleton h-72" />
          ) : (
            <QueryFailed
              what="The figures"
              error={error}
              stillWorks="What the gate said stands above."
              onRetry={() => void query.refetch()}
            />
          )
        ) : data.figures === null ? (
          <p className="text-dim">Nothing could be measured; the gate says why.</p>
        ) : (
          <Both evaluation={data} figures={data.figures} />
        )}
      </Section>
      {data?.figures == null ? null : <ChangedPictures evaluation={data} figures={data.figures} />}
    </>
  );
}

function Both({ evaluation, figures }: { evaluation: Evaluation; figures: Figures }) {
  const names = {
    before: modelWords(evaluation.againstName, evaluation.against),
    after: modelWords(evaluation.name, evaluation.digest),
  };
  const classes = figures.classes.map(({ className, boxes, ap50, ap }) => ({
    name: className,
    className,
    count: boxes,
    ap50,
    ap,
  }));
  const cameras = figures.cameras.map(({ nodeId, cameraId, pictures, ap50, ap }) => ({
    name: `${nodeId} / ${cameraId}`,
    className: null,
    count: pictures,
    ap50,
    ap,
  }));
  return (
    <div className="grid gap-x-8 gap-y-4 @4xl:grid-cols-2">
      <FigureTable figures={figures} names={names} />
      <div className="flex min-w-0 flex-col gap-4">
        <PrecisionCurve figures={figures} names={names} />
        <PartTable what="Class" counted="Boxes" parts={classes} names={names} />
        <PartTable what="Camera" counted="Pictures" parts={cameras} names={names} />
      </div>
    </div>
  );
}

function optionWords(evaluation: EvaluationItem, judgedBy: string | null): string {
  const { evaluationId, against, againstName } = evaluation;
  const told = `${modelWords(againstName, against)}, ${picturesWords(evaluation)}`;
  return evaluationId === judgedBy ? `${told} (judged)` : told;
}
