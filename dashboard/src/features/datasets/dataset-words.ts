import type { Split } from "./use-datasets.ts";

/** The parts of a version, in their order. */
export const SPLITS: readonly Split[] = ["train", "validation", "golden"];

/** What a part is called, and what it is for. */
export const SPLIT_WORDS: Record<Split, { name: string; purpose: string }> = {
  train: { name: "Train", purpose: "learnt from" },
  validation: { name: "Validation", purpose: "measured on while learning" },
  golden: { name: "Golden", purpose: "never learnt from" },
};

/** Colours of the parts; they are no status, so they are shades and the accent. */
export const SPLIT_COLOURS: Record<Split, string> = {
  train: "var(--accent)",
  validation: "light-dark(#94a3b8, #64748b)",
  golden: "light-dark(#a86f00, #e6b84a)",
};

/** A refusal in its parts: `DATASET_LEAKS: 2 pictures …`; the code is null where there is none. */
export function refusalOf(message: string): { code: string | null; words: string } {
  const [, code, words] = /^([A-Z][A-Z_]+): ([\s\S]+)$/.exec(message) ?? [];
  return code === undefined || words === undefined
    ? { code: null, words: message }
    : { code, words };
}

/** Seconds as a block of time is called: `10 min`, `30 s`. */
export function blockWords(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
