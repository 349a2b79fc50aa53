/**
 * What a reader of the event log has had: every row up to `high`, except `gaps`. Row ids are given
 * out before their transaction commits, so a lower id may appear after a higher one; an id that was
 * passed over stays wanted until its transaction must be over.
 *
 * As text it is what a client sends back when it returns: `120`, or `120!95-99,103` with gaps.
 */
export class RowCursor {
  #high: number;
  /** Missing ids, and when each was noticed (monotonic ms). */
  readonly #gaps: Map<number, number>;

  constructor(high: number, gaps: Iterable<number> = [], now: number = performance.now()) {
    this.#high = high;
    this.#gaps = new Map([...gaps].slice(-MAX_GAPS).map((id) => [id, now]));
  }

  /** Reads the text form; null where it is none. */
  static parse(text: string): RowCursor | null {
    const match = /^(\d{1,15})(?:!([\d,-]{1,20000}))?$/.exec(text);
    if (match === null) return null;
    const gaps: number[] = [];
    for (const range of (match[2] ?? "").split(",").filter((part) => part !== "")) {
      const [first, last = first] = range.split("-").map(Number);
      if (first === undefined || last === undefined || last - first >= MAX_GAPS) return null;
      for (let id = first; id <= last && gaps.length < MAX_GAPS; id += 1) gaps.push(id);
    }
    return new RowCursor(Number(match[1]), gaps);
  }

  get high(): number {
    return this.#high;
  }

  get gaps(): number[] {
    return [...this.#gaps.keys()];
  }

  /** True where this row was not had yet. */
  wants(id: number): boolean {
    return id > this.#high || this.#gaps.has(id);
  }

  /** Notes that this row has been had; ids passed over become gaps. */
  take(id: number, now: number = performance.now()): void {
    if (id <= this.#high) {
      this.#gaps.delete(id);
      return;
    }
    for (let missing = Math.max(this.#high + 1, id - MAX_GAPS); missing < id; missing += 1) {
      this.#gaps.set(missing, now);
    }
    this.#high = id;
    for (const oldest of this.#gaps.keys()) {
      if (this.#gaps.size <= MAX_GAPS) break;
      this.#gaps.delete(oldest);
    }
  }

  /** Gives up the gaps that were noticed more than {@link OVERLAP_MS} ago: nobody will fill them. */
  forgetOldGaps(now: number = performance.now()): void {
    for (const [id, noticedAt] of this.#gaps) {
      if (now - noticedAt > OVERLAP_MS) this.#gaps.delete(id);
    }
  }

  toString(): string {
    if (this.#gaps.size === 0) return String(this.#high);
    const ranges: string[] = [];
    let first = -1;
    let last = -1;
    for (const id of [...this.#gaps.keys()].sort((a, b) => a - b)) {
      if (id !== last + 1 || first < 0) {
        if (first >= 0) ranges.push(first === last ? `${first}` : `${first}-${last}`);
        first = id;
      }
      last = id;
    }
    ranges.push(first === last ? `${first}` : `${first}-${last}`);
    return `${this.#high}!${ranges.join(",")}`;
  }
}

/** Longer than a transaction that took ids can live (see the timeouts of the database). */
export const OVERLAP_MS = 30_000;

/** Ids that are waited for at a time; rolled-back batches leave at most 500 each. */
export const MAX_GAPS = 2_000;
