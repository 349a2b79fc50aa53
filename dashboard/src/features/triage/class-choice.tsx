import { TopBarSlot } from "../../ui/top-bar-slot.tsx";

interface ClassChoiceProps {
  classes: readonly { className: string | null; open: number }[];
  className: string | null;
  onChoose: (className: string | null) => void;
}

/** Which class is asked about: one at a time halves the effort. */
export function ClassChoice({ classes, className, onChoose }: ClassChoiceProps) {
  const known = classes.some((of) => of.className === className);
  const all = known ? classes : [...classes, { className, open: 0 }];
  return (
    <TopBarSlot>
      <label htmlFor="triage-class" className="text-dim max-sm:sr-only">
        One class at a time
      </label>
      <select
        id="triage-class"
        className="h-7 min-w-0 rounded-md border border-line-strong bg-canvas px-2"
        value={className ?? ""}
        onChange={(event) => {
          onChoose(event.target.value === "" ? null : event.target.value);
          // Keys belong to the answers again.
          event.target.blur();
        }}
      >
        {all.map((of) => (
          <option key={of.className ?? ""} value={of.className ?? ""}>
            {of.className ?? "Nothing detected"} ({of.open})
          </option>
        ))}
      </select>
    </TopBarSlot>
  );
}
