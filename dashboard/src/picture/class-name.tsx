import { clsx } from "clsx";
import { classColour } from "./class-colour.ts";

interface ClassNameProps {
  name: string;
  /** How many of the class, where that is what is told. */
  count?: number;
  /** In narrow places the colour and the count are shown, and the name is only read out. */
  compact?: boolean;
}

/** A class with its colour, as everywhere on the page. */
export function ClassName({ name, count, compact = false }: ClassNameProps) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      <span
        aria-hidden="true"
        className="size-2 shrink-0 rounded-[2px]"
        style={{ background: classColour(name).page }}
      />
      <span
        className={clsx("truncate", compact && "@max-md:sr-only")}
        title={compact ? name : undefined}
      >
        {name}
      </span>
      {count === undefined ? null : <span className="text-dim">{count}</span>}
    </span>
  );
}
