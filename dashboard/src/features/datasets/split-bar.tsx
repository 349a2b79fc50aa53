import { SPLIT_COLOURS, SPLIT_WORDS, SPLITS } from "./dataset-words.ts";
import type { Split } from "./use-datasets.ts";

interface SplitBarProps {
  /** How many each part has. */
  counts: Record<Split, number>;
  /** The length of the whole bar; the parts' sum where none is given. */
  of?: number;
}

/** How much of something each part has, as lengths; the numbers stand beside it. */
export function SplitBar({ counts, of }: SplitBarProps) {
  const whole = of ?? SPLITS.reduce((sum, split) => sum + counts[split], 0);
  return (
    <span aria-hidden="true" className="flex h-1.5 w-full gap-px overflow-hidden rounded-full">
      {SPLITS.filter((split) => counts[split] > 0).map((split) => (
        <span
          key={split}
          style={{ width: `${(counts[split] / whole) * 100}%`, background: SPLIT_COLOURS[split] }}
        />
      ))}
    </span>
  );
}

/** A part with its colour. */
export function SplitName({ split }: { split: Split }) {
  return (
    <span className="inline-flex items-center gap-1.5" title={SPLIT_WORDS[split].purpose}>
      <span
        aria-hidden="true"
        className="size-2 shrink-0 rounded-[2px]"
        style={{ background: SPLIT_COLOURS[split] }}
      />
      {SPLIT_WORDS[split].name}
    </span>
  );
}
