import { GitCompareArrows, Lock } from "lucide-react";
import { type ReactNode, useState } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import { formatCount, plural, shortDigest } from "../../format/amount.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { Composition } from "./composition.tsx";
import { DatasetFacts } from "./dataset-facts.tsx";
import { type PictureChoice, PictureGrid } from "./picture-grid.tsx";
import { type DatasetSummary, type DatasetDetail as Detail, useDataset } from "./use-datasets.ts";

interface DatasetDetailProps {
  dataset: DatasetSummary;
  others: readonly DatasetSummary[];
  onCompare: (datasetId: string) => void;
  onFreeze: () => void;
}

/** One version: whether it can be learnt from, what it is made of, and its pictures. */
export function DatasetDetail({ dataset, others, onCompare, onFreeze }: DatasetDetailProps) {
  const query = useDataset(dataset.datasetId);
  const error = useStandingError(query);
  const [choice, setChoice] = useState<PictureChoice>({ split: null, className: null });
  const { data: detail } = query;
  return (
    <section aria-label="Version" className="@container min-w-0 flex-1 overflow-y-auto">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
        <h2 className="min-w-0 truncate text-base font-medium">{dataset.name}</h2>
        <span className="flex items-center gap-1 text-xs text-dim" title={dataset.datasetId}>
          {shortDigest(dataset.datasetId)}
          <CopyButton text={dataset.datasetId} what="Version id" />
        </span>
        <span className="mr-auto text-xs text-dim">
          built <AgeText at={dataset.madeAt} /> by {dataset.madeBy}
        </span>
        {others.length === 0 ? null : <CompareWith others={others} onCompare={onCompare} />}
        <RoleButton needs="ml" onClick={onFreeze}>
          <Lock aria-hidden="true" />
          Freeze a golden set
        </RoleButton>
      </header>
      {detail === undefined ? (
        error === null ? (
          <div className="skeleton mx-4 h-64" />
        ) : (
          <QueryFailed
            what="The version"
            error={error}
            stillWorks="The other versions are not touched by it."
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <>
          <Fitness detail={detail} />
          <Figures detail={detail} />
          <div className="grid grid-cols-1 gap-x-8 gap-y-4 px-4 py-3 @4xl:grid-cols-[3fr_2fr]">
            <Composition
              counts={detail.counts}
              onClass={(className) => setChoice({ split: null, className })}
            />
            <DatasetFacts detail={detail} />
          </div>
          <PictureGrid
            datasetId={detail.datasetId}
            classes={detail.classes}
            choice={choice}
            onChoice={setChoice}
          />
        </>
      )}
    </section>
  );
}

function CompareWith(props: {
  others: readonly DatasetSummary[];
  onCompare: (datasetId: string) => void;
}) {
  return (
    <label className="flex items-center gap-1.5 text-dim">
      <GitCompareArrows aria-hidden="true" className="size-4" />
      <span className="sr-only">Compare with</span>
      <select
        value=""
        onChange={({ target }) => props.onCompare(target.value)}
        className="h-7 max-w-44 rounded-md border border-line-strong bg-canvas px-1.5 text-sm text-ink"
      >
        <option value="" disabled>
          Compare with
        </option>
        {props.others.map(({ datasetId, name }) => (
          <option key={datasetId} value={datasetId}>
            {name}, {shortDigest(datasetId).slice(0, 8)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Fitness({ detail: { trainingFault, blockSeconds } }: { detail: Detail }) {
  if (trainingFault !== null) {
    return (
      <div role="alert" className="flex gap-2 px-4 pb-3">
        <span className="flex h-5 items-center">
          <StatusMark tone="stale" />
        </span>
        <p className="min-w-0 break-words">
          <span className="font-medium">No model can learn from it</span>
          <span className="ml-2 text-2xs tracking-wide text-dim">{trainingFault.code}</span>
          <span className="block text-dim first-letter:uppercase">{trainingFault.message}.</span>
        </p>
      </div>
    );
  }
  if (blockSeconds >= 600) return null;
  return (
    <p className="flex gap-2 px-4 pb-3 text-dim">
      <span className="flex h-5 items-center">
        <StatusMark tone="info" />
      </span>
      Its pictures lie close in time, so only {blockSeconds} s of a camera were kept together:
      figures measured on it may flatter.
    </p>
  );
}

function Figures({ detail }: { detail: Detail }) {
  const { counts, leftOut } = detail;
  const left = leftOut.goldenLike.length + leftOut.otherSplit.length;
  return (
    <dl className="grid grid-cols-2 gap-px border-y bg-line @lg:grid-cols-4">
      <Figure name="Pictures" value={formatCount(detail.pictures)}>
        {counts.train.pictures} to learn from, {counts.validation.pictures} to measure on
      </Figure>
      <Figure name="Boxes" value={formatCount(detail.boxes)}>
        {plural(detail.classes.length, "class", "classes")}
      </Figure>
      <Figure name="Golden" value={formatCount(counts.golden.pictures)}>
        {detail.goldenName ?? "no golden set in it"}
      </Figure>
      <Figure name="Left out" value={formatCount(left)}>
        {leftWords(leftOut)}
      </Figure>
    </dl>
  );
}

function leftWords({ goldenLike, otherSplit }: Detail["leftOut"]): string {
  const words = [
    ...(goldenLike.length > 0 ? [`${goldenLike.length} like golden ones`] : []),
    ...(otherSplit.length > 0 ? [`${otherSplit.length} like the other part`] : []),
  ];
  return words.length === 0 ? "nothing would have leaked" : words.join(", ");
}

function Figure(props: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="min-w-0 bg-canvas px-4 py-3">
      <dt className="text-2xs text-faint">{props.name}</dt>
      <dd className="mt-0.5 truncate text-lg font-medium">{props.value}</dd>
      <dd className="text-xs text-dim">{props.children}</dd>
    </div>
  );
}
