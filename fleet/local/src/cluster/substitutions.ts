/** One thing that differs from what the cluster would have. */
export interface Substitution {
  /** What kind of thing: `service`, `port`, `secret` and so on. */
  kind: string;
  from: string;
  to: string;
}

/** Everything that one machine has otherwise than a cluster would; each is told, so that nobody takes it for proved. */
export class Substitutions {
  readonly #all = new Map<string, Substitution>();

  /** @returns `to`, so that a place that substitutes also records. */
  record(kind: string, from: string, to: string): string {
    this.#all.set(`${kind} ${from} ${to}`, { kind, from, to });
    return to;
  }

  get list(): Substitution[] {
    return [...this.#all.values()].sort((one, other) =>
      `${one.kind} ${one.from}`.localeCompare(`${other.kind} ${other.from}`),
    );
  }
}
