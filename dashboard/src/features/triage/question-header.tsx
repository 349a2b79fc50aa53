import { AgeText } from "../../clock/age-text.tsx";
import type { TriageItem } from "../../connection/api.ts";
import { formatScore } from "../../format/amount.ts";
import { Tooltip } from "../../ui/tooltip.tsx";

/** Why it is asked: in two words, and by which rule. */
const REASONS: Record<TriageItem["reason"], readonly [string, string]> = {
  "score-band": ["Unsure", "The model's score lies between 0.40 and 0.65"],
  flicker: ["Flickered", "It was seen in four frames or fewer, or taken for two classes at once"],
  motion: ["Moved, not detected", "Something moved for seconds and the model saw nothing"],
  audit: ["Random sample", "One event in twenty is asked about, whatever the model thinks"],
};

/** The question in words, why it is asked, and where the picture comes from. */
export function QuestionHeader({ item }: { item: TriageItem }) {
  const [reason, rule] = REASONS[item.reason];
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-1.5">
      <h2 className="text-base font-semibold">{questionOf(item.className)}</h2>
      <Tooltip content={rule}>
        <button type="button" className="rounded-sm border px-1.5 text-xs text-dim">
          {reason}
        </button>
      </Tooltip>
      <span className="min-w-0 flex-1 truncate text-dim">
        {item.cameraName}
        {item.score === null ? "" : `, score ${formatScore(item.score)}`}
      </span>
      <AgeText at={item.capturedAt} className="text-xs text-faint" />
    </div>
  );
}

function questionOf(className: string | null): string {
  if (className === null) return "Did the model miss something here?";
  return `Is this ${/^[aeiou]/i.test(className) ? "an" : "a"} ${className}?`;
}
