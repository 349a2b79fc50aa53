import { createHash } from "node:crypto";
import { groupNearDuplicates } from "./near-duplicates.ts";
import {
  BLOCK_SECONDS,
  blockOf,
  type HeldBlocks,
  heldBlocks,
  homeOf,
  type LearningSplit,
  lengthsFrom,
  type TimedPicture,
} from "./time-blocks.ts";
import { UnionFind } from "./union-find.ts";

/** What of a picture says where it belongs. */
export interface SplitPicture extends TimedPicture {
  phash: string;
  /** Where a person wants it. */
  wanted: LearningSplit | null;
  /** Where an earlier version had it. */
  before: LearningSplit | null;
  /** Whether a model has learnt from it, or is about to. */
  learnt: boolean;
}

export interface SplitOptions {
  /** Share of the pictures to measure on. */
  validationShare: number;
  /** Length of a block of time; null: as long as leaves enough blocks. */
  blockSeconds: number | null;
  /** Golden pictures: nothing of their blocks is learnt from. */
  golden: readonly TimedPicture[];
}

/** Where each picture came to lie. */
export interface SplitResult {
  splits: Map<string, LearningSplit>;
  /** They look like pictures of one part, and an earlier version had them, or their block, in the other. */
  leftOut: string[];
  /** Pictures that were wanted in both parts and belong together, each with one it belongs to. */
  conflicts: [string, string][];
  blockSeconds: number;
}

/** Fewer groups than this split badly. */
const ENOUGH_GROUPS = 5;

interface Group {
  pictures: SplitPicture[];
  key: string;
  /** The part that has its block already; null where none has. */
  part: LearningSplit | null;
  /** They look like the others, but the other part has their block. */
  torn: SplitPicture[];
}

/**
 * Splits pictures so that nothing learnt is measured on: near-duplicates, across cameras too, stay
 * together, and so do pictures of one camera and block of time ({@link homeOf}). A picture that an
 * earlier version had stays in its part, unless none would be left to measure on and no model has
 * learnt from it. Groups that are new go by the order of a stable hash.
 */
export async function splitPictures(
  pictures: readonly SplitPicture[],
  options: SplitOptions,
): Promise<SplitResult> {
  const duplicates = (await groupNearDuplicates(pictures.map(({ phash }) => phash))).map((group) =>
    group.map((index) => pictures[index] as SplitPicture),
  );
  const result: SplitResult = { splits: new Map(), leftOut: [], conflicts: [], blockSeconds: 0 };
  const free: SplitPicture[][] = [];
  for (const group of duplicates) {
    if (group.some(({ wanted, before }) => (wanted ?? before) !== null)) keep(group, result);
    else free.push(group);
  }
  const { splits } = result;
  leaveTorn(pictures, options, result);
  const held = () => [
    ...pictures.flatMap((one) => {
      const part = splits.get(one.picture);
      return part === undefined ? [] : [[one, part] as const];
    }),
    ...options.golden.map((one) => [one, "validation"] as const),
  ];
  const kept = new Set(splits.values());
  const { groups, blockSeconds } = inBlocks(free, options.blockSeconds, held(), kept.size === 2);
  assign(groups, options.validationShare, result);
  if (![...splits.values()].includes("validation")) {
    const movable = duplicates.filter((group) =>
      group.every((one) => splits.has(one.picture) && isMovable(one)),
    );
    for (const { picture } of movable.flat()) splits.delete(picture);
    const moved = inBlocks(movable, options.blockSeconds, held(), false);
    assign(moved.groups, options.validationShare, result);
    return { ...result, blockSeconds: Math.min(blockSeconds, moved.blockSeconds) };
  }
  return { ...result, blockSeconds };
}

/** Nobody wants it where it is, and no model has learnt from it. */
function isMovable({ wanted, learnt }: SplitPicture): boolean {
  return wanted === null && !learnt;
}

/** Near-duplicates of which some have their part already. */
function keep(group: readonly SplitPicture[], { splits, leftOut, conflicts }: SplitResult): void {
  const wanted = group.filter((one) => one.wanted !== null);
  const [first] = wanted;
  const other = wanted.find((one) => one.wanted !== first?.wanted);
  if (first !== undefined && other !== undefined) {
    conflicts.push([first.picture, other.picture]);
    return;
  }
  // What was learnt once can never be measured on again.
  const learnt = group.some(({ before }) => before === "train");
  const part = first?.wanted ?? (learnt ? "train" : "validation");
  for (const { picture, wanted: own, before } of group) {
    if (own !== null || before === null || before === part) splits.set(picture, part);
    else leftOut.push(picture);
  }
}

/** Leaves those out that came to a part by their looks, while an earlier version had their block in the other. */
function leaveTorn(
  pictures: readonly SplitPicture[],
  { blockSeconds, golden }: SplitOptions,
  { splits, leftOut }: SplitResult,
): void {
  const isKnown = ({ wanted, before }: SplitPicture) => (wanted ?? before) !== null;
  const lengths = lengthsFrom(blockSeconds ?? BLOCK_SECONDS[0] ?? 0);
  const before = heldBlocks(
    [
      ...pictures.filter(isKnown).flatMap((one) => {
        const part = splits.get(one.picture);
        return part === undefined ? [] : [[one, part] as const];
      }),
      ...golden.map((one) => [one, "validation"] as const),
    ],
    lengths,
  );
  for (const one of pictures) {
    const part = splits.get(one.picture);
    if (part === undefined || isKnown(one)) continue;
    const home = homeOf(one, lengths, before);
    if (home.part === null || home.part === part) continue;
    splits.delete(one.picture);
    leftOut.push(one.picture);
  }
}

/** The longest blocks that leave enough groups, or as many as any. `enough`: any number will do. */
function inBlocks(
  free: readonly SplitPicture[][],
  wanted: number | null,
  held: readonly (readonly [TimedPicture, LearningSplit])[],
  enough: boolean,
): { groups: Group[]; blockSeconds: number } {
  const [longest = 0, ...shorter] = wanted === null ? BLOCK_SECONDS : [wanted];
  const blocks = heldBlocks(held, lengthsFrom(longest));
  const countFree = (groups: readonly Group[]) => groups.filter(({ part }) => part === null).length;
  let blockSeconds = longest;
  let groups = joinBlocks(free, blockSeconds, blocks);
  for (const seconds of shorter) {
    if (enough || countFree(groups) >= ENOUGH_GROUPS) break;
    const finer = joinBlocks(free, seconds, blocks);
    if (countFree(finer) > countFree(groups)) {
      groups = finer;
      blockSeconds = seconds;
    }
  }
  return { groups, blockSeconds };
}

/** Joins groups that have pictures of one camera and block, and sees which part has their blocks. */
function joinBlocks(
  free: readonly SplitPicture[][],
  blockSeconds: number,
  held: HeldBlocks,
): Group[] {
  const lengths = lengthsFrom(blockSeconds);
  const union = new UnionFind(free.length);
  const seen = new Map<string, number>();
  for (const [index, group] of free.entries()) {
    for (const picture of group) {
      const { block } = homeOf(picture, lengths, held);
      const holder = seen.get(block);
      if (holder === undefined) seen.set(block, index);
      else union.join(holder, index);
    }
  }
  return union.groups().map((indexes) => {
    const pictures = indexes.flatMap((index) => free[index] ?? []).sort(byTime);
    const partOf = (picture: SplitPicture) => homeOf(picture, lengths, held).part;
    const parts = new Set(pictures.map(partOf));
    const part = parts.has("train") ? "train" : parts.has("validation") ? "validation" : null;
    const isTorn = (picture: SplitPicture) => ![null, part].includes(partOf(picture));
    return {
      pictures: pictures.filter((picture) => !isTorn(picture)),
      torn: pictures.filter(isTorn),
      key: blockOf(pictures[0] as SplitPicture, blockSeconds),
      part,
    };
  });
}

function byTime(a: SplitPicture, b: SplitPicture): number {
  return a.capturedAt - b.capturedAt || (a.picture < b.picture ? -1 : 1);
}

/**
 * Puts groups where their blocks are, and fills the validation part up to its share with the others,
 * in the order of their hashes.
 */
function assign(
  groups: readonly Group[],
  validationShare: number,
  { splits, leftOut }: SplitResult,
): void {
  for (const { pictures, part, torn } of groups) {
    leftOut.push(...torn.map(({ picture }) => picture));
    if (part !== null) for (const { picture } of pictures) splits.set(picture, part);
  }
  const ordered = groups
    .filter(({ part }) => part === null)
    .map((group) => ({ ...group, hash: createHash("sha256").update(group.key).digest("hex") }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const count = ordered.reduce((sum, { pictures }) => sum + pictures.length, splits.size);
  const target = count * validationShare;
  const parts = [...splits.values()];
  let validation = parts.filter((part) => part === "validation").length;
  const chosen = new Set<Group>();
  for (const group of ordered) {
    if (validation + group.pictures.length / 2 > target) continue;
    validation += group.pictures.length;
    chosen.add(group);
  }
  const trained = parts.includes("train") || ordered.length > 1;
  if (validation === 0 && trained && validationShare > 0) {
    // All groups are large: the one that comes nearest to the share.
    const [nearest] = ordered.toSorted(
      (a, b) => Math.abs(a.pictures.length - target) - Math.abs(b.pictures.length - target),
    );
    if (nearest !== undefined) chosen.add(nearest);
  }
  for (const group of ordered) {
    const part = chosen.has(group) ? "validation" : "train";
    for (const { picture } of group.pictures) splits.set(picture, part);
  }
}
