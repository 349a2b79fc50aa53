import { clsx } from "clsx";
import { useEffect, useState } from "react";
import { plural } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { blockWords, SPLITS } from "./dataset-words.ts";
import { Refusal } from "./refusal.tsx";
import { SplitBar, SplitName } from "./split-bar.tsx";
import { type BuildWish, type Preview, type Split, usePreview } from "./use-datasets.ts";

/** A person who clicks along is not asked for every click. */
const SETTLE_MS = 300;

/** What a build would come to, or why it would be refused. */
export function BuildPreview({ wish }: { wish: BuildWish }) {
  const settled = useSettled(wish);
  const { data: preview, error, isFetching } = usePreview(settled);
  if (error !== null && !isFetching) return <Refusal message={error.message} />;
  if (preview === undefined) return <div className="skeleton h-20" />;
  return (
    <section
      aria-label="What it comes to"
      aria-busy={isFetching}
      className={clsx("rounded-md border bg-canvas p-3", isFetching && "opacity-60")}
    >
      <Counts preview={preview} />
    </section>
  );
}

function Counts({ preview }: { preview: Preview }) {
  const { counts, leftOut, blockSeconds, trainingFault } = preview;
  const pictures = Object.fromEntries(
    SPLITS.map((split) => [split, counts[split].pictures]),
  ) as Record<Split, number>;
  const left = leftOut.goldenLike.length + leftOut.otherSplit.length;
  return (
    <>
      <SplitBar counts={pictures} />
      <ul className="mt-2 text-xs">
        {SPLITS.map((split) => (
          <li key={split} className="flex gap-2">
            <SplitName split={split} />
            <span className="ml-auto text-dim">
              {plural(counts[split].pictures, "picture")},{" "}
              {plural(counts[split].boxes, "box", "boxes")}
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-xs text-dim">
        {blockWords(blockSeconds)} of a camera stay together.
        {left === 0 ? "" : ` ${plural(left, "picture")} left out: they look like other ones.`}
      </p>
      {trainingFault === null ? null : (
        <p className="mt-2 flex gap-2 text-xs">
          <span className="flex h-4 items-center">
            <StatusMark tone="stale" />
          </span>
          <span className="min-w-0">No model could learn from it: {trainingFault.message}.</span>
        </p>
      )}
    </>
  );
}

/** A value once it has stayed the same for a moment. */
function useSettled(wish: BuildWish): BuildWish {
  const text = JSON.stringify(wish);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as BuildWish;
}
