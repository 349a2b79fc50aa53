/** The last lines of a job's process, as the cause of its fault. */
export class ChildLines extends Error {
  readonly lines: string[];

  constructor(lines: string[]) {
    super("the process of the job said so");
    this.lines = lines;
  }
}
