import { formatCount } from "../../format/amount.ts";

interface ChoiceChecksProps {
  legend: string;
  choices: readonly { id: string; name: string; pictures: number }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Some of many; none chosen is all of them. */
export function ChoiceChecks({ legend, choices, chosen, onChange }: ChoiceChecksProps) {
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <fieldset>
      <legend className="mb-1 flex w-full text-xs font-medium text-dim">
        {legend}
        <span className="ml-auto font-normal text-faint">
          {chosen.length === 0 ? "all" : `${chosen.length} of ${choices.length}`}
        </span>
      </legend>
      <div className="max-h-36 overflow-y-auto rounded-md border bg-canvas py-1">
        {choices.length === 0 ? <p className="px-2 text-xs text-faint">none yet</p> : null}
        {choices.map(({ id, name, pictures }) => (
          <label key={id} className="flex items-center gap-2 px-2 py-0.5 hover:bg-hover">
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
            <span className="min-w-0 truncate">{name}</span>
            <span className="ml-auto text-xs text-dim">{formatCount(pictures)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
