import { AgeText } from "../../clock/age-text.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { RULE_NAMES, verdictOf } from "./model-words.ts";
import { RuleBar } from "./rule-bar.tsx";
import { Section } from "./section.tsx";
import type { Model } from "./use-models.ts";

/** The verdict, and each rule with its numbers against what is wanted. */
export function GateVerdict(props: { gate: NonNullable<Model["gate"]>; state: Model["state"] }) {
  const { gate, state } = props;
  const { tone, words } = verdictOf(gate.verdict);
  return (
    <Section
      title="Gate"
      beside={
        <>
          <span className="flex items-center gap-1.5 text-sm text-ink">
            <StatusMark tone={tone} />
            {words}
          </span>
          {state === "candidate" ? <span>{meaningOf(gate.verdict)}</span> : null}
          <span className="text-faint">
            judged <AgeText at={gate.at} />
          </span>
        </>
      }
    >
      <ul className="flex flex-col">
        {gate.rules.map((rule) => (
          <li
            key={rule.rule}
            className="grid grid-cols-[10px_1fr] items-start gap-x-2.5 border-t py-1.5 first:border-t-0 @2xl:grid-cols-[10px_96px_1fr_220px]"
          >
            <span className="flex h-5 items-center">
              <StatusMark tone={verdictOf(rule.verdict).tone} />
            </span>
            <span className="font-medium">
              {RULE_NAMES[rule.rule]}
              <span className="sr-only">: {verdictOf(rule.verdict).words}</span>
            </span>
            <p className="col-start-2 min-w-0 break-words text-dim @2xl:col-start-3">
              {rule.sentence}
            </p>
            <div className="col-start-2 @2xl:col-start-4">
              <RuleBar rule={rule} />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function meaningOf(verdict: "pass" | "fail" | "inconclusive"): string {
  if (verdict === "pass") return "A person may approve it.";
  if (verdict === "fail") return "It cannot be approved.";
  return "The pictures do not tell; a person may approve it with a reason.";
}
