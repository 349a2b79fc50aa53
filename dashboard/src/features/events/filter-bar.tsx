import { useQuery } from "@tanstack/react-query";
import { ToggleGroup } from "radix-ui";
import { cameraKey, useTRPC } from "../../connection/api.ts";
import { formatCount, shortDigest } from "../../format/amount.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { Button } from "../../ui/button.tsx";
import { ChoiceList } from "./choice-list.tsx";
import { type EventSearch, isNarrowed } from "./event-search.ts";
import { FilterButton } from "./filter-button.tsx";
import { ScoreFilter } from "./score-filter.tsx";
import { TimeFilter } from "./time-filter.tsx";

interface FilterBarProps {
  search: EventSearch;
  onChange: (change: Partial<EventSearch>) => void;
  onClear: () => void;
}

/** `value` put into a list, or taken out; undefined of an empty one. */
export function toggled(list: readonly string[] | undefined, value: string): string[] | undefined {
  const without = (list ?? []).filter((each) => each !== value);
  const next = without.length === (list ?? []).length ? [...without, value] : without;
  return next.length > 0 ? next : undefined;
}

function sumUp(names: readonly string[]): string | null {
  const [first, ...rest] = names;
  if (first === undefined) return null;
  return rest.length === 0 ? first : `${first} +${rest.length}`;
}

const STATES = { all: "All", open: "In view", ended: "Ended" } as const;

/** The filters of the log; all of them are in the address. */
export function FilterBar({ search, onChange, onClear }: FilterBarProps) {
  const trpc = useTRPC();
  const cameras = useQuery(trpc.cameras.list.queryOptions()).data ?? [];
  const classes =
    useQuery(trpc.events.classes.queryOptions(undefined, { refetchInterval: 30_000 })).data ?? [];
  const models = useQuery(trpc.models.list.queryOptions()).data ?? [];
  const modelNames = new Map(models.map(({ digest, name }) => [digest, name]));
  const names = new Map(cameras.map((camera) => [cameraKey(camera), camera.name]));
  return (
    <div
      role="toolbar"
      aria-label="Filters"
      className="flex h-11 shrink-0 items-center gap-2 overflow-x-auto border-b px-3 [scrollbar-width:none]"
    >
      <FilterButton
        name="Camera"
        isFirst
        value={sumUp((search.camera ?? []).map((key) => names.get(key) ?? key))}
        onClear={() => onChange({ camera: undefined })}
      >
        <ChoiceList
          what="cameras"
          choices={cameras.map((camera) => ({
            value: cameraKey(camera),
            words: camera.name,
            label: camera.name,
            hint: camera.nodeId,
          }))}
          chosen={search.camera ?? []}
          onToggle={(key) => onChange({ camera: toggled(search.camera, key) })}
        />
      </FilterButton>
      <FilterButton
        name="Class"
        value={sumUp(search.class ?? [])}
        onClear={() => onChange({ class: undefined })}
      >
        <ChoiceList
          what="classes"
          choices={classes.map(({ className, count }) => ({
            value: className,
            words: className,
            label: <ClassName name={className} />,
            hint: formatCount(count),
          }))}
          chosen={search.class ?? []}
          onToggle={(name) => onChange({ class: toggled(search.class, name) })}
        />
      </FilterButton>
      <FilterButton
        name="Model"
        value={sumUp(
          (search.model ?? []).map((digest) => modelNames.get(digest) ?? shortDigest(digest)),
        )}
        onClear={() => onChange({ model: undefined })}
      >
        <ChoiceList
          what="models"
          choices={models.map(({ digest, name }) => ({
            value: digest,
            words: name,
            label: name,
            hint: shortDigest(digest).slice(0, 8),
          }))}
          chosen={search.model ?? []}
          onToggle={(digest) => onChange({ model: toggled(search.model, digest) })}
        />
      </FilterButton>
      <TimeFilter search={search} onChange={onChange} />
      <ScoreFilter search={search} onChange={onChange} />
      <ToggleGroup.Root
        type="single"
        aria-label="State"
        value={search.state ?? "all"}
        onValueChange={(state) =>
          onChange({ state: state === "open" || state === "ended" ? state : undefined })
        }
        className="flex h-7 shrink-0 rounded-md border border-line-strong p-px"
      >
        {Object.entries(STATES).map(([state, words]) => (
          <ToggleGroup.Item
            key={state}
            value={state}
            className="rounded-[4px] px-2 text-xs text-dim hover:text-ink data-[state=on]:bg-hover data-[state=on]:font-medium data-[state=on]:text-ink"
          >
            {words}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      {isNarrowed(search) ? (
        <Button variant="ghost" onClick={onClear} className="text-xs">
          Clear all
        </Button>
      ) : null}
    </div>
  );
}
