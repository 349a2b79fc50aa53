import { Slider } from "radix-ui";
import { useState } from "react";
import { formatScore } from "../../format/amount.ts";
import type { EventSearch } from "./event-search.ts";
import { FilterButton } from "./filter-button.tsx";

interface ScoreFilterProps {
  search: EventSearch;
  onChange: (change: Partial<EventSearch>) => void;
}

function wordsFor({ min, max }: EventSearch): string | null {
  if (min !== undefined && max !== undefined) return `${formatScore(min)} to ${formatScore(max)}`;
  if (min !== undefined) return `${formatScore(min)} and above`;
  return max === undefined ? null : `${formatScore(max)} and below`;
}

/** The score filter: two ends of one scale. */
export function ScoreFilter({ search, onChange }: ScoreFilterProps) {
  const [range, setRange] = useState<number[] | null>(null);
  const [low = 0, high = 1] = range ?? [search.min ?? 0, search.max ?? 1];
  const commit = ([min = 0, max = 1]: number[]) => {
    setRange(null);
    onChange({ min: min > 0 ? min : undefined, max: max < 1 ? max : undefined });
  };
  return (
    <FilterButton
      name="Score"
      value={wordsFor(search)}
      onClear={() => onChange({ min: undefined, max: undefined })}
    >
      <div className="p-3">
        <p className="mb-3 flex justify-between text-xs">
          <span>{formatScore(low)}</span>
          <span className="text-dim">best score of the track</span>
          <span>{formatScore(high)}</span>
        </p>
        <Slider.Root
          min={0}
          max={1}
          step={0.05}
          value={[low, high]}
          onValueChange={setRange}
          onValueCommit={commit}
          className="relative flex h-5 touch-none items-center"
        >
          <Slider.Track className="relative h-1 grow rounded-full bg-line-strong">
            <Slider.Range className="absolute h-full rounded-full bg-accent-solid" />
          </Slider.Track>
          {["Lowest score", "Highest score"].map((name) => (
            <Slider.Thumb
              key={name}
              aria-label={name}
              className="block size-4 rounded-full border-2 border-accent-solid bg-canvas"
            />
          ))}
        </Slider.Root>
      </div>
    </FilterButton>
  );
}
