/** One row of a package's error table: what a code means to the person who meets it. */
export interface ErrorEntry {
  /** One sentence: what happened. */
  readonly meaning: string;
  /** One sentence: what the person should do next. */
  readonly action: string;
  /** True when trying the same thing again later may work. */
  readonly retryable: boolean;
}

/** A package's whole error table, keyed by code (`CAMERA_UNREACHABLE`). */
export type ErrorTable = Readonly<Record<string, ErrorEntry>>;

/** A fault with a name that can be searched for in `docs/errors.md`. */
export class CodedError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CodedError";
    this.code = code;
    this.retryable = options.retryable;
  }
}

/**
 * Binds a table to a factory, so that a code outside the table does not compile and `retryable` is
 * data of the table, never a decision of the caller.
 */
export function coded<T extends ErrorTable>(table: T) {
  return (code: keyof T & string, message: string, cause?: unknown): CodedError =>
    new CodedError(code, message, {
      retryable: table[code]?.retryable ?? false,
      ...(cause === undefined ? {} : { cause }),
    });
}
