import { setImmediate as nextTurn } from "node:timers/promises";
import { type HashHalves, halvesOf, looksLike } from "./perceptual-hash.ts";
import { UnionFind } from "./union-find.ts";

/** Comparisons between two looks at what else there is to do. */
const COMPARISONS_A_TURN = 2_000_000;

/** Groups of pictures that look the same, also by way of a third; numbers are places in the list. */
export async function groupNearDuplicates(hashes: readonly string[]): Promise<number[][]> {
  const halves = hashes.map(halvesOf);
  const union = new UnionFind(hashes.length);
  let compared = 0;
  for (const [index, one] of halves.entries()) {
    for (let before = 0; before < index; before += 1) {
      if (looksLike(one, halves[before] as HashHalves)) union.join(before, index);
    }
    compared += index;
    if (compared > COMPARISONS_A_TURN) {
      compared = 0;
      await nextTurn();
    }
  }
  return union.groups();
}

/** For each of these hashes the first of `others` that looks the same, null where none does. */
export async function findLookalikes(
  hashes: readonly string[],
  others: readonly string[],
): Promise<(number | null)[]> {
  const known: HashHalves[] = others.map(halvesOf);
  const found: (number | null)[] = [];
  let compared = 0;
  for (const hash of hashes) {
    const halves = halvesOf(hash);
    const index = known.findIndex((other) => looksLike(halves, other));
    found.push(index === -1 ? null : index);
    compared += known.length;
    if (compared > COMPARISONS_A_TURN) {
      compared = 0;
      await nextTurn();
    }
  }
  return found;
}
