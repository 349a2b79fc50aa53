import { createHash } from "node:crypto";
import { groupNearDuplicates } from "./near-duplicates.ts";
import { UnionFind } from "./union-find.ts";

/** A part that pictures are learnt from, or measured on while learning. */
export type LearningSplit = "train" | "validation";

/** What of a picture says where it belongs. */
export interface SplitPicture {
  picture: string;
  nodeId: string;
  cameraId: string;
  /** 0: not known; such a picture is a block of its own. */
  capturedAt: number;
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
}

/** Where each picture came to lie. */
export interface SplitResult {
  splits: Map<string, LearningSplit>;
  /** They look like pictures of the other part, where an earlier version had them. */
  leftOut: string[];
  /** Pictures that were wanted in both parts and belong together, each with one it belongs to. */
  conflicts: [string, string][];
  blockSeconds: number;
}

/** Blocks of time, the longest first: shorter ones only where pictures lie close together. */
const BLOCK_SECONDS = [600, 120, 30, 10];
/** Fewer groups than this split badly. */
const ENOUGH_GROUPS = 5;

interface Group {
  pictures: SplitPicture[];
  key: string;
}

/**
 * Splits pictures so that nothing learnt is measured on: near-duplicates, across cameras too, stay
 * together, and so do pictures of one camera and block of time. A picture that an earlier version
 * had stays in its part, unless none would be left to measure on and no model has learnt from it.
 * Groups that are new go by the order of a stable hash.
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
  const kept = new Set(result.splits.values());
  const { groups, blockSeconds } = inBlocks(free, options.blockSeconds, kept.size === 2);
  assign(groups, options.validationShare, result.splits);
  if (![...result.splits.values()].includes("validation")) {
    const movable = duplicates.filter((group) =>
      group.every((one) => result.splits.has(one.picture) && isMovable(one)),
    );
    for (const { picture } of movable.flat()) result.splits.delete(picture);
    const moved = inBlocks(movable, blockSeconds, true);
    assign(moved.groups, options.validationShare, result.splits);
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

/** The longest blocks that leave enough groups, or as many as any. `enough`: any number will do. */
function inBlocks(free: readonly SplitPicture[][], wanted: number | null, enough: boolean) {
  const [longest, ...shorter] = wanted === null ? BLOCK_SECONDS : [wanted];
  let blockSeconds = longest ?? 0;
  let groups = joinBlocks(free, blockSeconds);
  for (const seconds of shorter) {
    if (enough || groups.length >= ENOUGH_GROUPS) break;
    const finer = joinBlocks(free, seconds);
    if (finer.length > groups.length) {
      groups = finer;
      blockSeconds = seconds;
    }
  }
  return { groups, blockSeconds };
}

/** Joins groups that have pictures of one camera and block. */
function joinBlocks(free: readonly SplitPicture[][], blockSeconds: number): Group[] {
  const union = new UnionFind(free.length);
  const seen = new Map<string, number>();
  for (const [index, group] of free.entries()) {
    for (const picture of group) {
      const block = blockOf(picture, blockSeconds);
      const holder = seen.get(block);
      if (holder === undefined) seen.set(block, index);
      else union.join(holder, index);
    }
  }
  return union.groups().map((indexes) => {
    const pictures = indexes.flatMap((index) => free[index] ?? []).sort(byTime);
    return { pictures, key: blockOf(pictures[0] as SplitPicture, blockSeconds) };
  });
}

function blockOf({ picture, nodeId, cameraId, capturedAt }: SplitPicture, seconds: number): string {
  if (capturedAt === 0) return picture;
  return `${nodeId}/${cameraId}/${seconds}/${Math.floor(capturedAt / (seconds * 1000))}`;
}

function byTime(a: SplitPicture, b: SplitPicture): number {
  return a.capturedAt - b.capturedAt || (a.picture < b.picture ? -1 : 1);
}

/** Fills the validation part up to its share, in the order of the groups' hashes. */
function assign(
  groups: readonly Group[],
  validationShare: number,
  splits: Map<string, LearningSplit>,
): void {
  const ordered = groups
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
