import type { Box } from "@sentinel/protocol/box";

/** One box that is being edited, in fractions of the picture. */
export interface EditedBox {
  /** Of the editor alone, so that a box stays itself while others come and go. */
  id: number;
  classId: number;
  box: Box;
}

/** The boxes, and the one that the keys act on. */
export interface BoxEdit {
  readonly boxes: readonly EditedBox[];
  /** Id of the chosen box; null where there is none. */
  readonly chosen: number | null;
  readonly nextId: number;
}

/** A side that is shorter than this share of the picture is a slip of the hand, not a box. */
const LEAST = 0.01;
/** A new box by keyboard takes so much of each side. */
const NEW_SHARE = 0.3;
/** How far one key press goes, as a share of the picture. */
const STEP = 0.005;

/** Begins with the boxes that are asked about. */
export function beginEdit(boxes: readonly { classId: number; box: Box }[]): BoxEdit {
  const edited = boxes.map(({ classId, box }, id) => ({ id, classId, box }));
  return { boxes: edited, chosen: edited[0]?.id ?? null, nextId: edited.length };
}

/** The chosen box. */
export function chosenBox({ boxes, chosen }: BoxEdit): EditedBox | undefined {
  return boxes.find(({ id }) => id === chosen);
}

/** Adds a box that was drawn from one corner to the opposite one; a slip of the hand adds none. */
export function drawn(
  edit: BoxEdit,
  from: readonly [number, number],
  to: readonly [number, number],
  classId: number,
): BoxEdit {
  const left = clamp(Math.min(from[0], to[0]));
  const top = clamp(Math.min(from[1], to[1]));
  const width = clamp(Math.max(from[0], to[0])) - left;
  const height = clamp(Math.max(from[1], to[1])) - top;
  if (width < LEAST || height < LEAST) return { ...edit, chosen: null };
  return added(edit, [left, top, width, height], classId);
}

/** Adds a box in the middle, or at a place that is given; beside boxes that lie just there. */
export function addedNew(edit: BoxEdit, classId: number, place: Box | null): BoxEdit {
  const middle = (1 - NEW_SHARE) / 2;
  let box: Box = place ?? [middle, middle, NEW_SHARE, NEW_SHARE];
  while (edit.boxes.some((other) => same(other.box, box))) {
    const beside = at(box, box[0] + 4 * STEP, box[1] + 4 * STEP);
    if (same(beside, box)) break;
    box = beside;
  }
  return added(edit, box, classId);
}

/** Moves the chosen box by steps; it stays in the picture. */
export function nudged(edit: BoxEdit, right: number, down: number): BoxEdit {
  return onChosen(edit, (one) => ({
    ...one,
    box: at(one.box, one.box[0] + right * STEP, one.box[1] + down * STEP),
  }));
}

/** Makes the chosen box wider and taller by steps at its right and lower edge, within the picture. */
export function stretched(edit: BoxEdit, wider: number, taller: number): BoxEdit {
  return onChosen(edit, (one) => {
    const [x, y, w, h] = one.box;
    const width = Math.min(Math.max(w + wider * STEP, LEAST), 1 - x);
    const height = Math.min(Math.max(h + taller * STEP, LEAST), 1 - y);
    return { ...one, box: [x, y, width, height] };
  });
}

/** Puts the box of an id where it was dragged or resized to, cut at the picture's edges. */
export function placed(edit: BoxEdit, id: number, [x, y, w, h]: Box): BoxEdit {
  const left = Math.min(clamp(x), 1 - LEAST);
  const top = Math.min(clamp(y), 1 - LEAST);
  const box: Box = [
    left,
    top,
    Math.max(LEAST, clamp(x + w) - left),
    Math.max(LEAST, clamp(y + h) - top),
  ];
  const boxes = edit.boxes.map((one) => (one.id === id ? { ...one, box } : one));
  return { ...edit, boxes, chosen: id };
}

/** Gives the chosen box another class. */
export function classed(edit: BoxEdit, classId: number): BoxEdit {
  return onChosen(edit, (one) => ({ ...one, classId }));
}

/** Takes the chosen box away; the one after it is chosen, or the last. */
export function deleted(edit: BoxEdit): BoxEdit {
  const index = edit.boxes.findIndex(({ id }) => id === edit.chosen);
  if (index < 0) return edit;
  const boxes = edit.boxes.toSpliced(index, 1);
  return { ...edit, boxes, chosen: (boxes[index] ?? boxes.at(-1))?.id ?? null };
}

/** Chooses the next box, or the one before, round and round. */
export function turned(edit: BoxEdit, by: 1 | -1): BoxEdit {
  const { boxes, chosen } = edit;
  const index = boxes.findIndex(({ id }) => id === chosen);
  const from = index < 0 && by === -1 ? 0 : index;
  const next = boxes[(from + by + boxes.length) % boxes.length];
  return { ...edit, chosen: next?.id ?? null };
}

function added(edit: BoxEdit, box: Box, classId: number): BoxEdit {
  const { boxes, nextId } = edit;
  return {
    boxes: [...boxes, { id: nextId, classId, box }],
    chosen: nextId,
    nextId: nextId + 1,
  };
}

function onChosen(edit: BoxEdit, change: (one: EditedBox) => EditedBox): BoxEdit {
  const boxes = edit.boxes.map((one) => (one.id === edit.chosen ? change(one) : one));
  return { ...edit, boxes };
}

function at([, , w, h]: Box, x: number, y: number): Box {
  return [Math.min(Math.max(0, x), 1 - w), Math.min(Math.max(0, y), 1 - h), w, h];
}

function same(a: Box, b: Box): boolean {
  return a.every((value, index) => Math.abs(value - (b[index] ?? 0)) < STEP / 2);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
