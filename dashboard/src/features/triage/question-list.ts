import type { TriageItem } from "../../connection/api.ts";

/** The questions that a page holds, the one on the screen, and a range that one answer is for. */
export interface QuestionList {
  readonly items: readonly TriageItem[];
  /** Index of the one on the screen; 0 where there is none. */
  readonly at: number;
  /** Where the marked range began; null where none is marked. */
  readonly anchor: number | null;
}

export const NO_QUESTIONS: QuestionList = { items: [], at: 0, anchor: null };

/** The marked range with the question on the screen at one end, or that one alone. */
export function chosen({ items, at, anchor }: QuestionList): readonly TriageItem[] {
  const from = anchor ?? at;
  return items.slice(Math.min(from, at), Math.max(from, at) + 1);
}

/** Further questions behind the others; those that are there already are not added. */
export function appended(list: QuestionList, more: readonly TriageItem[]): QuestionList {
  const fresh = more.filter((item) => !list.items.some(({ itemId }) => itemId === item.itemId));
  return fresh.length === 0 ? list : { ...list, items: [...list.items, ...fresh] };
}

/**
 * The list without these. What comes after them is on the screen next, and where nothing does, the
 * first of those that were passed over.
 */
export function without(list: QuestionList, itemIds: ReadonlySet<string>): QuestionList {
  const { items, at } = list;
  const kept = items.filter(({ itemId }) => !itemIds.has(itemId));
  if (kept.length === items.length) return list;
  const before = items.slice(0, at).filter(({ itemId }) => !itemIds.has(itemId)).length;
  return { items: kept, at: before < kept.length ? before : 0, anchor: null };
}

/** One on, or one back; a marked range is let go. */
export function moved(list: QuestionList, by: 1 | -1): QuestionList {
  return { ...list, at: within(list, list.at + by), anchor: null };
}

/** Marks one further question, or one fewer where it goes back. */
export function marked(list: QuestionList, by: 1 | -1): QuestionList {
  const anchor = list.anchor ?? list.at;
  return { ...list, at: within(list, list.at + by), anchor };
}

/** Lets the range go; the question on the screen stays. */
export function unmarked(list: QuestionList): QuestionList {
  return list.anchor === null ? list : { ...list, anchor: null };
}

/** Puts a question on the screen, before the one that was there. */
export function shown(list: QuestionList, item: TriageItem): QuestionList {
  const rest = without(list, new Set([item.itemId]));
  return {
    items: [...rest.items.slice(0, rest.at), item, ...rest.items.slice(rest.at)],
    at: rest.at,
    anchor: null,
  };
}

/** How many questions lie ready behind the one on the screen. */
export function ahead({ items, at }: QuestionList): number {
  return Math.max(0, items.length - 1 - at);
}

function within({ items }: QuestionList, at: number): number {
  return Math.min(Math.max(0, at), Math.max(0, items.length - 1));
}
