import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { personText } from "./text-input.ts";

const LINES = JSON.parse(
  readFileSync(
    new URL("../../../../shared/testdata/bad/strings/blns.json", import.meta.url),
    "utf8",
  ),
) as string[];

test("every line that breaks programs is a text as it stands, but for the blanks around it, or is refused", () => {
  let taken = 0;
  for (const line of LINES) {
    const parsed = personText(100).safeParse(line);
    const trimmed = line.trim();
    if (!parsed.success) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
      const why = trimmed === "" || [...trimmed].length > 100 || /[\0-\x1f\x7f-\x9f]/.test(trimmed);
      expect(why, line).toBe(true);
      continue;
    }
    taken += 1;
    expect(parsed.data).toBe(trimmed);
  }
  expect(taken).toBeGreaterThan(400);
});

test.each([
  "null\u0000byte",
  "half \ud83d pair",
  "two\nlines",
  "\u0085",
  "",
  "  ",
  "x".repeat(101),
])("%j is refused with what is accepted", (text) => {
  const [issue] = personText(100).safeParse(text).error?.issues ?? [];
  expect(issue?.message).toBe("a text of 1 to 100 characters without line breaks");
});
