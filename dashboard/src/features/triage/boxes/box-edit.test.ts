import type { Box } from "@sentinel/protocol/box";
import { expect, test } from "vitest";
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

const begin = (...boxes: Box[]) => beginEdit(boxes.map((box) => ({ classId: 0, box })));
const one = () => begin([0.2, 0.2, 0.4, 0.4]);
const box = (edit: BoxEdit) => chosenBox(edit)?.box.map((value) => Math.round(value * 1e4) / 1e4);
const many = (times: number, edit: BoxEdit, change: (edit: BoxEdit) => BoxEdit) =>
  Array.from({ length: times }).reduce<BoxEdit>((last) => change(last), edit);

test("a box is drawn from any corner, cut at the picture's edges; a click draws none", () => {
  expect(box(drawn(begin(), [0.5, 0.6], [0.1, 0.2], 3))).toEqual([0.1, 0.2, 0.4, 0.4]);
  expect(box(drawn(begin(), [0.9, 0.9], [1.4, -1], 3))).toEqual([0.9, 0, 0.1, 0.9]);
  const clicked = drawn(one(), [0.5, 0.5], [0.502, 0.7], 3);
  expect([clicked.boxes.length, clicked.chosen]).toEqual([1, null]);
});

test("arrows move it and keep it in the picture with its size", () => {
  expect(box(nudged(one(), 1, -2))).toEqual([0.205, 0.19, 0.4, 0.4]);
  expect(box(many(500, one(), (edit) => nudged(edit, 1, 1)))).toEqual([0.6, 0.6, 0.4, 0.4]);
  expect(box(many(500, one(), (edit) => nudged(edit, -1, -1)))).toEqual([0, 0, 0.4, 0.4]);
});

test("it is resized at its right and lower edge, never beyond the picture, never to nothing", () => {
  expect(box(stretched(one(), 2, -1))).toEqual([0.2, 0.2, 0.41, 0.395]);
  expect(box(many(500, one(), (edit) => stretched(edit, 1, 1)))).toEqual([0.2, 0.2, 0.8, 0.8]);
  expect(box(many(500, one(), (edit) => stretched(edit, -1, -1)))).toEqual([0.2, 0.2, 0.01, 0.01]);
});

test("what is dragged or resized by hand is cut at the edges and chosen", () => {
  const edit = begin([0, 0, 0.1, 0.1], [0.5, 0.5, 0.1, 0.1]);
  const moved = placed(edit, 1, [0.9, -0.2, 0.5, 0.5]);
  expect([moved.chosen, box(moved)]).toEqual([1, [0.9, 0, 0.1, 0.3]]);
  expect(box(placed(edit, 1, [3, 3, 1, 1]))).toEqual([0.99, 0.99, 0.01, 0.01]);
});

test("several boxes: new ones lie beside each other, Tab goes round, each has its class", () => {
  let edit = addedNew(addedNew(begin(), 1, null), 2, null);
  expect(edit.boxes.map(({ box: [x] }) => Math.round(x * 100) / 100)).toEqual([0.35, 0.37]);
  edit = classed(turned(edit, 1), 7);
  expect(edit.boxes.map(({ classId }) => classId)).toEqual([7, 2]);
  expect([turned(edit, 1).chosen, turned(edit, -1).chosen]).toEqual([1, 1]);
  expect(turned({ ...edit, chosen: null }, 1).chosen).toBe(0);
  expect(turned({ ...edit, chosen: null }, -1).chosen).toBe(1);
  expect(turned(begin(), 1).chosen).toBeNull();
  expect(box(addedNew(begin(), 0, [0.1, 0.1, 0.2, 0.2]))).toEqual([0.1, 0.1, 0.2, 0.2]);
  expect(addedNew(begin([0, 0, 1, 1]), 0, [0, 0, 1, 1]).boxes).toHaveLength(2);
});

test("a deleted box gives way to the next, and its id is never used again", () => {
  const edit = begin([0, 0, 0.1, 0.1], [0.2, 0, 0.1, 0.1], [0.4, 0, 0.1, 0.1]);
  const gone = deleted({ ...edit, chosen: 1 });
  expect([gone.boxes.map(({ id }) => id), gone.chosen]).toEqual([[0, 2], 2]);
  expect(deleted(gone).chosen).toBe(0);
  expect(deleted(deleted(gone))).toMatchObject({ boxes: [], chosen: null });
  expect(drawn(gone, [0, 0], [1, 1], 0).chosen).toBe(3);
  expect(deleted({ ...edit, chosen: null }).boxes).toHaveLength(3);
});
