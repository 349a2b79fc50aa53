import { intersectionOverUnion } from "@sentinel/protocol/box";
import type { SaidBox } from "./answer.ts";

/** Boxes that overlap by this IoU are the same object, as in PASCAL VOC. */
const SAME_OBJECT = 0.5;

/** Whether two answers say the same: as many objects, each of the same class at the same place. */
export function answersAgree(said: readonly SaidBox[], known: readonly SaidBox[]): boolean {
  if (said.length !== known.length) return false;
  const free = [...known];
  return said.every(({ className, box }) => {
    const best = free
      .map((other, index) => ({
        index,
        overlap: other.className === className ? intersectionOverUnion(box, other.box) : 0,
      }))
      .sort((a, b) => b.overlap - a.overlap)[0];
    if (best === undefined || best.overlap < SAME_OBJECT) return false;
    free.splice(best.index, 1);
    return true;
  });
}
