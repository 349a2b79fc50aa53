import { clsx } from "clsx";
import { Lock } from "lucide-react";
import { AgeText } from "../../clock/age-text.tsx";
import { plural, shortDigest } from "../../format/amount.ts";
import { LIST_PANE } from "../../ui/panes.ts";
import { SPLITS } from "./dataset-words.ts";
import { SplitBar } from "./split-bar.tsx";
import type { DatasetSummary, GoldenSet, Split } from "./use-datasets.ts";

interface DatasetListProps {
  datasets: readonly DatasetSummary[];
  golden: readonly GoldenSet[];
  shown: string | undefined;
  onOpen: (datasetId: string) => void;
}

/** Every version, the newest first, and below them the golden sets. */
export function DatasetList({ datasets, golden, shown, onOpen }: DatasetListProps) {
  return (
    <div className={`flex w-80 flex-col ${LIST_PANE}`}>
      <nav aria-label="Dataset versions">
        <ul>
          {datasets.map((dataset) => (
            <li key={dataset.datasetId} className="border-b">
              <button
                type="button"
                aria-current={dataset.datasetId === shown ? "true" : undefined}
                onClick={() => onOpen(dataset.datasetId)}
                className={clsx(
                  "flex w-full flex-col gap-1 px-4 py-2.5 text-left -outline-offset-2",
                  dataset.datasetId === shown ? "bg-selected" : "hover:bg-hover",
                )}
              >
                <VersionLine dataset={dataset} />
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <GoldenSets golden={golden} />
    </div>
  );
}

function VersionLine({ dataset }: { dataset: DatasetSummary }) {
  const { counts } = dataset;
  const pictures = Object.fromEntries(
    SPLITS.map((split) => [split, counts[split].pictures]),
  ) as Record<Split, number>;
  return (
    <>
      <span className="flex w-full items-baseline gap-2">
        <span className="truncate font-medium">{dataset.name}</span>
        <span className="ml-auto shrink-0 text-xs text-dim">
          <AgeText at={dataset.madeAt} />
        </span>
      </span>
      <span className="flex w-full gap-2 text-xs text-dim">
        <span>
          {plural(dataset.pictures, "picture")}, {plural(dataset.boxes, "box", "boxes")}
        </span>
        <span className="ml-auto text-faint" title={dataset.datasetId}>
          {shortDigest(dataset.datasetId).slice(0, 8)}
        </span>
      </span>
      <SplitBar counts={pictures} />
    </>
  );
}

function GoldenSets({ golden }: { golden: readonly GoldenSet[] }) {
  return (
    <section aria-labelledby="golden-sets" className="px-4 py-3">
      <h2 id="golden-sets" className="flex items-center gap-1.5 text-xs font-medium text-dim">
        <Lock aria-hidden="true" className="size-3.5" />
        Golden sets
      </h2>
      {golden.length === 0 ? (
        <p className="mt-1 text-xs text-faint">
          None yet. Freeze a part of a version: models are judged on it, and none learns from it.
        </p>
      ) : (
        <ul className="mt-1.5 flex flex-col gap-2">
          {golden.map((set) => (
            <li key={set.goldenId} className="text-xs">
              <span className="flex gap-2">
                <span className="truncate font-medium">{set.name}</span>
                <span className="ml-auto shrink-0 text-dim">
                  <AgeText at={set.frozenAt} />
                </span>
              </span>
              <span className="flex gap-2 text-dim">
                <span>
                  {plural(set.pictures, "picture")}, {plural(set.boxes, "box", "boxes")}, by{" "}
                  {set.frozenBy}
                </span>
                <span className="ml-auto text-faint" title={set.goldenId}>
                  {shortDigest(set.goldenId).slice(0, 8)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
