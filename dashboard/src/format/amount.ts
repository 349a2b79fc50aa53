const integerFormat = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** A whole number with thousands marked: `12,345`. */
export function formatCount(value: number): string {
  return integerFormat.format(value);
}

/** Bytes in powers of a thousand, three figures at most: `31 KB`, `4.2 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** A rate a second with one decimal: `3.0`. */
export function formatRate(rate: number): string {
  return rate.toFixed(1);
}

/** A score 0..1 as it is written everywhere: `0.83`. */
export function formatScore(score: number): string {
  return score.toFixed(2);
}

/** The first twelve digits of a digest: enough to tell two apart by eye. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}

/** `1 camera`, `3 cameras`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
