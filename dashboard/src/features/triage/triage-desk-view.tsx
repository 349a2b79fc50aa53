import { CircleCheck } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { plural } from "../../format/amount.ts";
import { Message } from "../../ui/message.tsx";
import { AnswerBar } from "./answer-bar.tsx";
import { ClassChoice } from "./class-choice.tsx";
import { DeskNotice } from "./desk-notice.tsx";
import { digitClasses } from "./digit-classes.ts";
import { keyLabel } from "./keys/key-bindings.ts";
import { KeysOverlay } from "./keys/keys-overlay.tsx";
import { useBindings } from "./keys/use-bindings.ts";
import { type KeyWork, useKeys } from "./keys/use-keys.ts";
import { NeighbourStrip } from "./neighbour-strip.tsx";
import { PictureView } from "./picture-view.tsx";
import { QuestionHeader } from "./question-header.tsx";
import { chosen } from "./question-list.ts";
import { QuestionPicture } from "./question-picture.tsx";
import { RangeStrip } from "./range-strip.tsx";
import { RuleOfferPanel } from "./rules/rule-offer.tsx";
import { RulesPanel } from "./rules/rules-panel.tsx";
import { useKeepOut } from "./rules/use-keep-out.ts";
import { nameOf } from "./triage-desk.ts";
import { TriageFigures } from "./triage-figures.tsx";
import {
  usePictureShelf,
  usePrefetched,
  useReadyCount,
  useShelfPicture,
  useTriageDesk,
  type useTriageSummary,
} from "./use-triage.ts";

type Summary = NonNullable<ReturnType<typeof useTriageSummary>["data"]>;

/** Pictures behind the one on the screen that are decoded already. */
const DECODED_AHEAD = 3;

const openEditor = () => import("./boxes/box-editor.tsx");
const BoxEditor = lazy(() => openEditor().then((m) => ({ default: m.BoxEditor })));

/**
 * The question on the screen, its answers, and how the answering goes.
 * @param asOf when the summary was read
 */
export function TriageDeskView({ summary, asOf }: { summary: Summary; asOf: number }) {
  const { classes } = summary;
  const { desk, state } = useTriageDesk(classes[0]?.className ?? null);
  const { bindings, change, error } = useBindings();
  const [editing, setEditing] = useState<string | null>(null);
  const [overlay, setOverlay] = useState(false);
  const [listing, setListing] = useState(false);
  const { className, list, loading, notice } = state;
  const { items, at, anchor } = list;
  const current = items[at];
  const near = items.slice(Math.max(0, at - 1), at + 1 + DECODED_AHEAD);
  const shelf = usePictureShelf(near.map(({ picture }) => picture));
  const picture = useShelfPicture(shelf, current?.picture ?? "");
  const ready = useReadyCount(
    shelf,
    items.slice(at, at + 1 + DECODED_AHEAD).map((item) => item.picture),
  );
  usePrefetched(items[at + 1]);
  const keepOut = useKeepOut(desk, state.rejected);
  const isEditing = current !== undefined && editing === current.itemId;
  // The editor is there before somebody asks for it.
  useEffect(() => void openEditor(), []);
  // Questions of the class may have come, or come back from others.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a summary that was read anew is the sign.
  useEffect(() => void desk.fill(), [asOf, desk]);

  const nextClass = classes.find(
    (of, index) =>
      of.open > 0 && index > classes.findIndex((other) => other.className === className),
  );
  const other = nextClass ?? classes.find((of) => of.open > 0 && of.className !== className);
  const digits = digitClasses(current?.classNames ?? []);
  const work: KeyWork = {
    accept: () => desk.answer("accept"),
    reject: () => desk.answer("reject"),
    duplicate: () => desk.answer("duplicate"),
    skip: () => desk.skip(),
    undo: () => desk.undo(),
    fix: () => {
      if (current === undefined || !(picture instanceof ImageBitmap)) return;
      desk.unmark();
      setEditing(current.itemId);
    },
    next: () => desk.move(1),
    previous: () => desk.move(-1),
    "mark-next": () => desk.mark(1),
    "mark-previous": () => desk.mark(-1),
    "next-class": () => (other === undefined ? undefined : desk.choose(other.className)),
    mask: keepOut.applyMask,
    threshold: keepOut.applyThreshold,
    dismiss: () => (anchor === null ? keepOut.decline() : desk.unmark()),
    rules: () => setListing(!listing),
    keys: () => setOverlay(true),
    ...Object.fromEntries(
      digits.map((classId, index) => [
        `class-${index + 1}`,
        () => desk.answer("class", current?.classNames[classId] ?? null),
      ]),
    ),
  };
  useKeys("question", bindings, isEditing ? {} : work);

  return (
    <div className="flex h-full min-h-0 max-lg:flex-col max-lg:overflow-y-auto">
      <ClassChoice classes={classes} className={className} onChoose={(name) => desk.choose(name)} />
      <section
        aria-label="Question"
        data-item={current?.itemId}
        data-ready={ready}
        className="flex min-w-0 flex-1 flex-col"
      >
        {current === undefined ? (
          <div className="min-h-0 flex-1">
            <Nothing
              loading={loading}
              summary={summary}
              className={className}
              undoKey={keyLabel(bindings.undo)}
              next={
                other === undefined
                  ? null
                  : `${keyLabel(bindings["next-class"])} goes to ${nameOf(other.className)} (${other.open}).`
              }
            />
          </div>
        ) : isEditing && picture instanceof ImageBitmap ? (
          <>
            <QuestionHeader item={current} />
            <Suspense fallback={<div className="min-h-0 flex-1 bg-letterbox" />}>
              <BoxEditor
                item={current}
                bitmap={picture}
                bindings={bindings}
                onKeep={(boxes) => desk.keep(boxes)}
                onLeave={() => setEditing(null)}
                onKeys={() => setOverlay(true)}
              />
            </Suspense>
          </>
        ) : (
          <>
            <QuestionHeader item={current} />
            <div className="min-h-0 flex-1 max-lg:min-h-[45dvh]">
              <PictureView shelf={shelf} sha256={current.picture} picture={picture}>
                {(bitmap) => <QuestionPicture item={current} bitmap={bitmap} />}
              </PictureView>
            </div>
            <div className="h-[104px] shrink-0 overflow-x-auto overflow-y-hidden border-y px-3 py-2">
              {anchor === null ? (
                <NeighbourStrip item={current} />
              ) : (
                <RangeStrip items={chosen(list)} current={current} />
              )}
            </div>
          </>
        )}
        {isEditing ? null : (
          <>
            <DeskNotice notice={notice} />
            <AnswerBar item={current} bindings={bindings} work={work} />
          </>
        )}
      </section>
      <aside
        aria-label="Beside the question"
        className="flex shrink-0 flex-col overflow-y-auto border-l bg-panel max-lg:border-t max-lg:border-l-0 lg:w-64"
      >
        {keepOut.offer === null ? null : (
          <RuleOfferPanel
            key={keepOut.offer.rejects}
            offer={keepOut.offer}
            bindings={bindings}
            minScore={keepOut.minScore}
            onMinScore={keepOut.setMinScore}
            onMask={keepOut.applyMask}
            onThreshold={keepOut.applyThreshold}
            onDecline={keepOut.decline}
          />
        )}
        {listing ? <RulesPanel onClose={() => setListing(false)} /> : null}
        <TriageFigures />
        {listing ? null : (
          <button
            type="button"
            onClick={() => setListing(true)}
            className="mt-auto flex h-9 shrink-0 items-center border-t px-4 text-left text-xs text-dim hover:bg-hover hover:text-ink"
          >
            {summary.hidden === 0
              ? "What is kept out"
              : `${plural(summary.hidden, "question")} kept out`}
          </button>
        )}
      </aside>
      {overlay ? (
        <KeysOverlay
          bindings={bindings}
          onChange={change}
          error={error}
          onClose={() => setOverlay(false)}
        />
      ) : null}
    </div>
  );
}

function Nothing(props: {
  loading: boolean;
  summary: Summary;
  className: string | null;
  undoKey: string;
  next: string | null;
}) {
  if (props.loading && props.summary.open > 0) {
    return <div role="status" aria-label="Loading the next questions" className="h-full" />;
  }
  if (props.summary.open === 0) {
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
    <Message icon={<CircleCheck />} title={`Nothing more to ask about ${nameOf(props.className)}`}>
      <p>
        {props.next ?? "Others are answering what is left."} {props.undoKey} takes the last answer
        back.
      </p>
    </Message>
  );
}
