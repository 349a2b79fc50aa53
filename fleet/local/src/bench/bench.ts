/** One benchmark: what it measures is said in `about`, its figures come back as plain numbers. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  run(say: (line: string) => void): Promise<Record<string, number>>;
}

/** Medians are quoted: the machine is shared, a single figure says little. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Three significant digits, so that nobody reads more into a figure than it holds. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
