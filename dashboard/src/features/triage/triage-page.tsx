import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import type { TriageItem } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { QuestionPicture } from "./question-picture.tsx";
import { TriageFigures } from "./triage-figures.tsx";
import { useTriageKeys } from "./use-triage-keys.ts";
import { useTriageQueue, useTriageSummary } from "./use-triage-queue.ts";

const REASONS: Record<TriageItem["reason"], string> = {
  "score-band": "Unsure",
  flicker: "Flickered",
  motion: "Moved, nothing detected",
  audit: "Random sample",
};

/** Classes that have a digit of their own, where the model knows them. */
const DIGITS = ["person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat", "bird"];

/** One question at a time, one key each; one class at a time. */
export function TriagePage() {
  const query = useTriageSummary();
  const error = useStandingError(query);
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  if (query.data === undefined) {
    if (error === null) return <div role="status" aria-label="Loading the questions" />;
    return (
      <QueryFailed
        what="The questions"
        error={error}
        stillWorks="Nothing is lost; they wait."
        onRetry={() => void query.refetch()}
      />
    );
  }
  const { classes, open } = query.data;
  const className = chosen === undefined ? (classes[0]?.className ?? null) : chosen;
  if (open === 0 && chosen === undefined) {
    return (
      <Message icon={<CircleCheck />} title="Nothing waits for an answer">
        <p>
          Questions come from events that the model is unsure about, that flicker, and from a random
          sample. They appear here a few seconds after their picture has arrived.
        </p>
      </Message>
    );
  }
  return (
    <>
      <TopBarSlot>
        <label htmlFor="triage-class" className="text-dim">
          One class at a time
        </label>
        <select
          id="triage-class"
          className="h-7 rounded-md border border-line-strong bg-canvas px-2"
          value={className ?? ""}
          onChange={(event) => {
            setChosen(event.target.value === "" ? null : event.target.value);
            // Keys belong to the answers again.
            event.target.blur();
          }}
        >
          {classes.map((of) => (
            <option key={of.className ?? ""} value={of.className ?? ""}>
              {of.className ?? "Nothing detected"} ({of.open})
            </option>
          ))}
          {classes.some((of) => of.className === className) ? null : (
            <option value={className ?? ""}>{className ?? "Nothing detected"} (0)</option>
          )}
        </select>
      </TopBarSlot>
      <Questions key={className ?? ""} className={className} />
    </>
  );
}

function Questions({ className }: { className: string | null }) {
  const queue = useTriageQueue(className);
  const { current, fault } = queue;
  const names = current?.classNames ?? [];
  const digits = DIGITS.map((name) => names.indexOf(name));
  useTriageKeys({
    a: () => queue.answer("accept", null),
    x: () => queue.answer("reject", null),
    d: () => queue.answer("duplicate", null),
    " ": queue.skip,
    Backspace: queue.undo,
    j: () => queue.move(1),
    k: () => queue.move(-1),
    ...Object.fromEntries(
      digits.map((classId, index) => [
        String(index + 1),
        () => (classId >= 0 ? queue.answer("class", classId) : undefined),
      ]),
    ),
  });
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        {current === undefined ? (
          <Message
            icon={<CircleCheck />}
            title={queue.state === "loading" ? "Loading" : "All answered"}
          >
            <p>
              {queue.state === "loading"
                ? "The next questions are on their way."
                : "Choose another class above, or wait for new ones. Backspace takes the last answer back."}
            </p>
          </Message>
        ) : (
          <>
            <div className="flex h-10 shrink-0 items-center gap-3 border-b px-4">
              <h2 className="text-base font-semibold">
                {current.className === null
                  ? "Is anything here?"
                  : `Is this a ${current.className}?`}
              </h2>
              <span className="rounded-sm border px-1.5 text-xs text-dim">
                {REASONS[current.reason]}
              </span>
              <span className="min-w-0 flex-1 truncate text-dim">
                {current.cameraName}
                {current.score === null ? "" : `, score ${current.score.toFixed(2)}`}
              </span>
              <AgeText at={current.capturedAt} className="text-xs text-faint" />
            </div>
            <div className="min-h-0 flex-1">
              <QuestionPicture item={current} />
            </div>
            <Neighbours item={current} />
          </>
        )}
        {fault === null ? null : (
          <p role="alert" className="flex items-center gap-2 border-t px-4 py-2 text-down">
            <span className="min-w-0 flex-1">Not kept: {fault}</span>
            <Button onClick={queue.retry}>Go on</Button>
          </p>
        )}
        <div className="flex shrink-0 flex-wrap gap-2 border-t p-3">
          <Answer
            keys="A"
            disabled={current?.classId == null}
            onClick={() => queue.answer("accept", null)}
          >
            Accept
          </Answer>
          <Answer keys="X" onClick={() => queue.answer("reject", null)}>
            Nothing there
          </Answer>
          <Answer keys="Space" onClick={queue.skip}>
            Skip
          </Answer>
          <Answer keys="⌫" onClick={queue.undo}>
            Undo
          </Answer>
          <Answer keys="D" onClick={() => queue.answer("duplicate", null)}>
            Same as last
          </Answer>
          {digits.map((classId, index) =>
            classId < 0 ? null : (
              <Answer
                key={classId}
                keys={String(index + 1)}
                onClick={() => queue.answer("class", classId)}
              >
                {names[classId]}
              </Answer>
            ),
          )}
        </div>
      </div>
      <TriageFigures />
    </div>
  );
}

function Answer(props: {
  keys: string;
  disabled?: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <Button
      disabled={props.disabled}
      onClick={(event) => {
        // The space bar must go on being a key of the page.
        event.currentTarget.blur();
        props.onClick();
      }}
    >
      <Kbd>{props.keys}</Kbd>
      {props.children}
    </Button>
  );
}

/** What the camera saw just before and after: it often decides. */
function Neighbours({ item }: { item: TriageItem }) {
  const { before, after } = item.neighbours;
  if (before.length + after.length === 0) return null;
  const shown = [
    ...before.toReversed().map((picture) => [picture, "before"] as const),
    ...after.map((picture) => [picture, "after"] as const),
  ];
  return (
    <div className="flex shrink-0 gap-2 border-t px-4 py-2">
      {shown.map(([picture, when]) => (
        <img
          key={`${when} ${picture}`}
          src={`/snapshots/${picture}.jpg`}
          alt={`Just ${when}`}
          title={when === "before" ? "Just before" : "Just after"}
          className="h-16 w-24 rounded-sm bg-letterbox object-contain"
        />
      ))}
    </div>
  );
}
