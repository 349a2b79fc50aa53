import { z } from "zod";

/** C0 and C1 control characters, which no name or sentence needs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * A line of text from a person: trimmed, 1 to `max` code points, well-formed Unicode, no control
 * characters (PostgreSQL keeps no NUL).
 */
export function personText(max: number) {
  const accepted = `a text of 1 to ${max} characters without line breaks`;
  return z
    .string({ error: accepted })
    .trim()
    .min(1, accepted)
    .max(max, accepted)
    .refine((text) => text.isWellFormed() && !CONTROL.test(text), accepted);
}
