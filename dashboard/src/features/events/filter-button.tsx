import { clsx } from "clsx";
import { ChevronDown, X } from "lucide-react";
import type { ReactNode } from "react";
import { Popover, PopoverContent, PopoverTrigger } from "../../ui/popover.tsx";

interface FilterButtonProps {
  /** What is filtered: "Camera". */
  name: string;
  /** What it is filtered to; null where it is not. */
  value: string | null;
  onClear: () => void;
  children: ReactNode;
  /** The filter that `/` goes to. */
  isFirst?: boolean;
}

/** One filter: says what it is set to, opens on press, and is cleared beside. */
export function FilterButton({ name, value, onClear, children, isFirst }: FilterButtonProps) {
  return (
    <Popover>
      <div
        className={clsx(
          "flex h-7 shrink-0 items-center rounded-md border",
          value === null
            ? "border-dashed border-line-strong text-dim"
            : "border-accent/50 bg-selected",
        )}
      >
        <PopoverTrigger
          data-first-filter={isFirst ? "" : undefined}
          className={clsx(
            "flex h-full max-w-64 items-center gap-1.5 rounded-md pl-2.5 text-xs hover:text-ink",
            value === null ? "pr-2" : "pr-1",
          )}
        >
          <span className={value === null ? undefined : "text-dim"}>
            <span className="sr-only">Filter by </span>
            {name}
          </span>
          {value === null ? (
            <ChevronDown aria-hidden="true" className="size-3.5" />
          ) : (
            <span className="truncate font-medium">{value}</span>
          )}
        </PopoverTrigger>
        {value === null ? null : (
          <button
            type="button"
            aria-label={`Clear ${name.toLowerCase()} filter`}
            onClick={onClear}
            className="mr-0.5 flex size-6 items-center justify-center rounded-sm text-dim hover:text-ink"
          >
            <X className="size-3.5" />
          </button>
        )}
      </div>
      <PopoverContent aria-label={`Filter by ${name.toLowerCase()}`}>{children}</PopoverContent>
    </Popover>
  );
}
