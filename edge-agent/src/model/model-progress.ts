/** What is being done to get a model, for a person who waits. */
export interface ModelProgress {
  readonly step: "fetching" | "converting";
  /** The catalog's source, or the model's name while it is converted. */
  readonly what: string;
  readonly doneBytes: number | null;
  readonly totalBytes: number | null;
}

export type OnModelProgress = (progress: ModelProgress) => void;

/** The most bytes that any model, package or download may have. */
export const MAX_MODEL_BYTES = 512 * 1024 * 1024;
