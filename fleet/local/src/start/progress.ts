/** Tells a person at the terminal what is being done and how far it is; stdout is left alone. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #startedAt = Date.now();
  #lastDetail = 0;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  /** The first line of a run. */
  title(line: string): void {
    this.#out.write(`${line}\n`);
  }

  /** Runs one step of the set-up; the line is finished when the step is. */
  async step<T>(
    name: string,
    work: (detail: (text: string) => void) => Promise<T>,
    done: (value: T) => string,
  ): Promise<T> {
    const startedAt = Date.now();
    if (this.#out.isTTY) this.#out.write(`  … ${name}`);
    try {
      const value = await work((text) => this.#detail(name, text));
      this.#finish("✓", name, done(value), Date.now() - startedAt);
      return value;
    } catch (error) {
      this.#finish("✗", name, "failed", Date.now() - startedAt);
      throw error;
    }
  }

  /** One line of its own, with the time since the start. */
  say(line: string): void {
    const seconds = ((Date.now() - this.#startedAt) / 1000).toFixed(1).padStart(5);
    this.#out.write(`${seconds} s  ${line}\n`);
  }

  /** How far a step is: in place on a terminal, otherwise a line every two seconds. */
  #detail(name: string, text: string): void {
    if (this.#out.isTTY) {
      this.#out.write(`\r\u001b[K  … ${name}: ${text}`);
    } else if (Date.now() - this.#lastDetail > 2000) {
      this.#lastDetail = Date.now();
      this.#out.write(`  … ${name}: ${text}\n`);
    }
  }

  #finish(mark: string, name: string, text: string, ms: number): void {
    const took = ms >= 1000 ? ` (${(ms / 1000).toFixed(1)} s)` : "";
    const clear = this.#out.isTTY ? "\r\u001b[K" : "";
    this.#out.write(`${clear}  ${mark} ${name.padEnd(12)} ${text}${took}\n`);
  }
}
