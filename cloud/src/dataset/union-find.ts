/** Joins things, by their number, into groups (Galler and Fischer, 1964). */
export class UnionFind {
  readonly #parents: number[];

  constructor(count: number) {
    this.#parents = Array.from({ length: count }, (_, index) => index);
  }

  /** The smallest number of the group that this one is in. */
  rootOf(index: number): number {
    let root = index;
    for (let parent = this.#parentOf(root); parent !== root; parent = this.#parentOf(root)) {
      // Path halving keeps the way short.
      this.#parents[root] = this.#parentOf(parent);
      root = this.#parentOf(root);
    }
    return root;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.rootOf(a), this.rootOf(b)];
    this.#parents[Math.max(one, other)] = Math.min(one, other);
  }

  /** The groups, each in the order of its numbers. */
  groups(): number[][] {
    const groups = new Map<number, number[]>();
    for (const index of this.#parents.keys()) {
      const root = this.rootOf(index);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [index]);
      else group.push(index);
    }
    return [...groups.values()];
  }

  #parentOf(index: number): number {
    return this.#parents[index] ?? index;
  }
}
