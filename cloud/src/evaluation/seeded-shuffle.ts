import { seededRandom } from "./seeded-random.ts";

/** Fisher and Yates' shuffle of 0 to `length - 1`, the same for the same seed. */
export function shuffled(length: number, seed: number): number[] {
  const random = seededRandom(seed);
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}
