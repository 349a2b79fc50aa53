import type { TriageItem } from "../../connection/api.ts";
import { ClassName } from "../../picture/class-name.tsx";
import { digitClasses } from "./digit-classes.ts";
import type { Bindings, TriageAction } from "./keys/key-bindings.ts";
import { KeyButton } from "./keys/key-button.tsx";
import type { KeyWork } from "./keys/use-keys.ts";

interface AnswerBarProps {
  item: TriageItem | undefined;
  bindings: Bindings;
  work: KeyWork;
}

/** The answers, each with its key. */
export function AnswerBar({ item, bindings, work }: AnswerBarProps) {
  const names = item?.classNames ?? [];
  const button = (action: TriageAction, words: string, disabled = item === undefined) => (
    <KeyButton boundTo={bindings[action]} disabled={disabled} onClick={() => work[action]?.()}>
      {words}
    </KeyButton>
  );
  return (
    <section aria-label="Answers" className="flex shrink-0 flex-col gap-2 p-3 pt-1">
      <div className="flex flex-wrap gap-2">
        {button("accept", "Accept", item?.classId == null)}
        {button("reject", "Nothing there")}
        {button("fix", item?.className === null ? "Draw box" : "Fix box")}
        {button("duplicate", "Same as last")}
        {button("skip", "Skip")}
        {button("undo", "Undo", false)}
        <span className="flex-1" />
        {button("keys", "Keys", false)}
      </div>
      <div className="flex flex-wrap gap-2">
        {digitClasses(names).map((classId, index) => {
          const action = `class-${index + 1}` as TriageAction;
          return (
            <KeyButton key={action} boundTo={bindings[action]} onClick={() => work[action]?.()}>
              <ClassName name={names[classId] ?? ""} />
            </KeyButton>
          );
        })}
      </div>
    </section>
  );
}
