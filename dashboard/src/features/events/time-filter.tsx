import { Check } from "lucide-react";
import { formatMoment } from "../../format/moment.ts";
import { type EventSearch, RECENT_SPANS, type RecentSpan } from "./event-search.ts";
import { FilterButton } from "./filter-button.tsx";

interface TimeFilterProps {
  search: EventSearch;
  onChange: (change: Partial<EventSearch>) => void;
}

const UNBOUNDED = { last: undefined, from: undefined, to: undefined };

function wordsFor({ last, from, to }: EventSearch): string | null {
  if (last !== undefined) return RECENT_SPANS[last].words;
  const now = Date.now();
  if (from !== undefined && to !== undefined)
    return `${formatMoment(from, now)} to ${formatMoment(to, now)}`;
  if (from !== undefined) return `since ${formatMoment(from, now)}`;
  return to === undefined ? null : `until ${formatMoment(to, now)}`;
}

/** A moment as `<input type="datetime-local">` has it: local time without a zone. */
function toLocalInput(at: number | undefined): string {
  if (at === undefined) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

function fromLocalInput(text: string): number | undefined {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** The time filter: usual stretches, or two moments. */
export function TimeFilter({ search, onChange }: TimeFilterProps) {
  const spans = Object.keys(RECENT_SPANS) as RecentSpan[];
  return (
    <FilterButton name="Time" value={wordsFor(search)} onClear={() => onChange(UNBOUNDED)}>
      <div className="p-1">
        {spans.map((span) => (
          <button
            key={span}
            type="button"
            aria-pressed={search.last === span}
            onClick={() => onChange({ ...UNBOUNDED, last: span })}
            className="flex h-8 w-full items-center justify-between rounded-sm px-2 text-sm hover:bg-hover"
          >
            {RECENT_SPANS[span].words}
            {search.last === span ? (
              <Check aria-hidden="true" className="size-4 text-accent" />
            ) : null}
          </button>
        ))}
      </div>
      <div className="flex flex-col gap-2 border-t p-3">
        {(["from", "to"] as const).map((bound) => (
          <label key={bound} className="flex flex-col gap-1 text-xs text-dim">
            {bound === "from" ? "From" : "To"}
            <input
              type="datetime-local"
              step={1}
              defaultValue={toLocalInput(search[bound])}
              key={search[bound]}
              onBlur={(event) => {
                const at = fromLocalInput(event.target.value);
                if (at !== search[bound]) onChange({ last: undefined, [bound]: at });
              }}
              className="h-7 rounded-sm border border-line-strong bg-canvas px-2 text-xs text-ink"
            />
          </label>
        ))}
      </div>
    </FilterButton>
  );
}
