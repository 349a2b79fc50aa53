/**
 * Text that PostgreSQL can hold: it knows no NUL character, and its jsonb no half surrogate pairs.
 * Both are replaced by U+FFFD, as decoders do.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\ufffd");
}

/** The value as JSON text for a jsonb column; its strings and keys are made storable. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "string") return storableText(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const keys = Object.keys(inner);
    return keys.every((key) => storableText(key) === key)
      ? inner
      : Object.fromEntries(Object.entries(inner).map(([key, part]) => [storableText(key), part]));
  });
}
