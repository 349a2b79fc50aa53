import { X } from "lucide-react";
import { AgeText } from "../../../clock/age-text.tsx";
import { plural } from "../../../format/amount.ts";
import { Button } from "../../../ui/button.tsx";
import { FormError } from "../../../ui/form-parts.tsx";
import { classWords, ruleWords } from "./rule-words.ts";
import { useRuleChanges, useRules } from "./use-rules.ts";

/** What is kept out of triage, and the way to ask about it again. */
export function RulesPanel({ onClose }: { onClose: () => void }) {
  const { data: rules, error } = useRules();
  const { remove } = useRuleChanges();
  return (
    <section aria-label="Kept out" className="flex flex-col gap-2 border-b p-4">
      <div className="flex items-center">
        <h2 className="flex-1 font-medium">Kept out</h2>
        <Button variant="ghost" size="icon" aria-label="Close" onClick={onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      {rules?.length === 0 ? (
        <p className="text-xs text-dim">
          Nothing is kept out. After three rejects of the same place a mask and a threshold are
          offered here.
        </p>
      ) : null}
      <ul className="flex flex-col gap-3">
        {rules?.map((rule) => (
          <li key={rule.ruleId} className="flex flex-col gap-0.5 border-t pt-2">
            <span className="font-medium">{ruleWords(rule)}</span>
            <span className="text-xs break-words text-dim">
              {rule.cameraName}, {classWords(rule.className)}
              {rule.note === null ? null : `: ${rule.note}`}
            </span>
            <span className="text-xs text-dim">
              Hides {plural(rule.hidden, "open question")}, kept {rule.keptOut} out since
            </span>
            <span className="flex items-center gap-2 text-xs text-faint">
              <span className="min-w-0 flex-1 truncate">
                {rule.madeBy}, <AgeText at={rule.madeAt} />
              </span>
              <Button
                disabled={remove.isPending}
                aria-label={`Remove: ${ruleWords(rule)}, ${rule.cameraName}`}
                onClick={() => remove.mutate({ ruleId: rule.ruleId })}
              >
                Remove
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <FormError error={remove.error ?? error} />
    </section>
  );
}
