import type { Box } from "@sentinel/protocol/box";
import { useRef, useState } from "react";
import type { TriageItem } from "../../../connection/api.ts";
import { Kbd } from "../../../ui/kbd.tsx";
import { digitClasses } from "../digit-classes.ts";
import { type Bindings, keyLabel } from "../keys/key-bindings.ts";
import { KeyButton } from "../keys/key-button.tsx";
import { type KeyWork, useKeys } from "../keys/use-keys.ts";
import {
  addedNew,
  type BoxEdit,
  beginEdit,
  chosenBox,
  classed,
  deleted,
  drawn,
  nudged,
  placed,
  stretched,
  turned,
} from "./box-edit.ts";
import { BoxStage } from "./box-stage.tsx";

interface BoxEditorProps {
  item: TriageItem;
  bitmap: ImageBitmap;
  bindings: Bindings;
  onKeep: (boxes: { classId: number; box: Box }[]) => void;
  onLeave: () => void;
  onKeys: () => void;
}

/** Draws, moves, resizes and deletes the boxes of a picture, and changes their classes. */
export function BoxEditor({ item, bitmap, bindings, onKeep, onLeave, onKeys }: BoxEditorProps) {
  const [edit, setEdit] = useState<BoxEdit>(() => beginEdit(boxesOf(item)));
  const digits = digitClasses(item.classNames);
  const [lastClass, setLastClass] = useState(item.classId ?? digits[0] ?? 0);
  const select = useRef<HTMLSelectElement>(null);
  const chosen = chosenBox(edit);
  const nameOf = (classId: number) => item.classNames[classId] ?? `class ${classId}`;
  const hint = item.className === null ? item.box : null;

  const setClass = (classId: number | undefined) => {
    if (classId === undefined) return;
    setLastClass(classId);
    setEdit((now) => classed(now, classId));
  };
  const addNew = () =>
    setEdit((now) => addedNew(now, lastClass, now.boxes.length === 0 ? hint : null));
  const keep = () => {
    if (edit.boxes.length > 0) onKeep(edit.boxes.map(({ classId, box }) => ({ classId, box })));
  };
  const nudge = (right: number, down: number) => () => setEdit((now) => nudged(now, right, down));
  const stretch = (wider: number, taller: number) => () =>
    setEdit((now) => stretched(now, wider, taller));
  const work: KeyWork = {
    "box-keep": keep,
    "box-leave": onLeave,
    "box-new": addNew,
    "box-delete": () => setEdit(deleted),
    "box-next": () => setEdit((now) => turned(now, 1)),
    "box-previous": () => setEdit((now) => turned(now, -1)),
    "box-class": () => select.current?.focus(),
    "box-left": nudge(-1, 0),
    "box-right": nudge(1, 0),
    "box-up": nudge(0, -1),
    "box-down": nudge(0, 1),
    "box-narrower": stretch(-1, 0),
    "box-wider": stretch(1, 0),
    "box-shorter": stretch(0, -1),
    "box-taller": stretch(0, 1),
    keys: onKeys,
    ...Object.fromEntries(
      digits.map((classId, index) => [`class-${index + 1}`, () => setClass(classId)]),
    ),
  };
  useKeys("editor", bindings, work);

  return (
    <>
      <div className="relative min-h-0 flex-1 overflow-hidden bg-letterbox max-lg:min-h-[45dvh]">
        <BoxStage
          bitmap={bitmap}
          edit={edit}
          nameOf={nameOf}
          hint={edit.boxes.length === 0 ? hint : null}
          onChoose={(id) => setEdit((now) => ({ ...now, chosen: id }))}
          onPlace={(id, box) => setEdit((now) => placed(now, id, box))}
          onDraw={(from, to) => setEdit((now) => drawn(now, from, to, lastClass))}
        />
      </div>
      <section aria-label="Box editor" className="flex shrink-0 flex-col gap-2 border-t p-3">
        <div className="flex flex-wrap items-center gap-2">
          <p role="status" className="min-w-32 text-dim" data-boxes={edit.boxes.length}>
            {edit.boxes.length === 0
              ? "No box yet: draw one"
              : chosen === undefined
                ? `${edit.boxes.length} boxes, none chosen`
                : `Box ${edit.boxes.indexOf(chosen) + 1} of ${edit.boxes.length}`}
          </p>
          <label className="flex items-center gap-1.5 text-dim">
            <Kbd>{keyLabel(bindings["box-class"])}</Kbd>
            Class
            <select
              ref={select}
              className="h-7 max-w-44 rounded-md border border-line-strong bg-canvas px-2 text-ink"
              value={chosen?.classId ?? lastClass}
              onChange={(event) => setClass(Number(event.target.value))}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== "Escape") return;
                // Back to the boxes; what was chosen stays.
                event.preventDefault();
                event.stopPropagation();
                event.currentTarget.blur();
              }}
            >
              {item.classNames.map((name, classId) => (
                <option key={name} value={classId}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <KeyButton boundTo={bindings["box-new"]} onClick={addNew}>
            New box
          </KeyButton>
          <KeyButton
            boundTo={bindings["box-delete"]}
            disabled={chosen === undefined}
            onClick={() => setEdit(deleted)}
          >
            Delete
          </KeyButton>
          <span className="flex-1" />
          <KeyButton variant="ghost" boundTo={bindings["box-leave"]} onClick={onLeave}>
            Leave
          </KeyButton>
          <KeyButton
            variant="solid"
            boundTo={bindings["box-keep"]}
            disabled={edit.boxes.length === 0}
            onClick={keep}
          >
            Keep boxes
          </KeyButton>
        </div>
        <p className="text-xs text-faint max-lg:hidden">
          Drag on the picture to draw. {keyLabel(bindings["box-left"])}{" "}
          {keyLabel(bindings["box-right"])} {keyLabel(bindings["box-up"])}{" "}
          {keyLabel(bindings["box-down"])} move, with Shift they resize,{" "}
          {keyLabel(bindings["box-next"])} goes to the next box, digits change the class.
        </p>
      </section>
    </>
  );
}

/** What the model says; where it saw nothing there is no box to begin with. */
function boxesOf({ classId, box }: TriageItem): { classId: number; box: Box }[] {
  return classId === null || box === null ? [] : [{ classId, box }];
}
