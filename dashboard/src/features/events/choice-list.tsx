import { Command } from "cmdk";
import { Check } from "lucide-react";
import type { ReactNode } from "react";

interface Choice {
  value: string;
  /** What is typed to find it. */
  words: string;
  label: ReactNode;
  /** On the right, such as how many there are. */
  hint?: string;
}

interface ChoiceListProps {
  /** What is chosen from, in the plural: "cameras". */
  what: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
}

/** A list to choose one or several from, found by typing. */
export function ChoiceList({ what, choices, chosen, onToggle }: ChoiceListProps) {
  return (
    <Command label={`Choose ${what}`} loop>
      <Command.Input
        autoFocus
        placeholder={`Find ${what}`}
        className="h-9 w-full border-b bg-transparent px-3 text-sm outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1">
        <Command.Empty className="px-2 py-3 text-xs text-dim">
          {choices.length === 0 ? `There are no ${what} yet` : `None of the ${what} is called so`}
        </Command.Empty>
        {choices.map(({ value, words, label, hint }) => (
          <Command.Item
            key={value}
            value={value}
            keywords={[words]}
            onSelect={() => onToggle(value)}
            className="flex h-8 items-center gap-2 rounded-sm px-2 text-sm data-[selected=true]:bg-hover"
          >
            <span className="flex size-4 shrink-0 items-center justify-center rounded-[3px] border border-line-strong">
              {chosen.includes(value) ? (
                <Check aria-label="chosen" className="size-3 text-accent" />
              ) : null}
            </span>
            <span className="min-w-0 flex-1 truncate">{label}</span>
            {hint === undefined ? null : <span className="text-xs text-dim">{hint}</span>}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}
