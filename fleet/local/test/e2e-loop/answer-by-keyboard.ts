import type { Page } from "playwright-core";
import type { LoopSite } from "../../src/loop/loop-site.ts";

/** A question as the person sees it. */
interface Seen {
  itemId: string;
  /** Where the picture is from, and what the model takes it for. */
  cameraName: string;
  className: string | null;
}

/** In the hall only people are what the model says. */
const HALL_CLASS = "person";
/** Of one class so many in a row, then the next. */
const IN_A_ROW = 12;

/** Presses one key for each question until the loop has `count` new annotations. @returns when the last was pressed. */
export async function answerByKeyboard(
  site: LoopSite,
  page: Page,
  count: number,
): Promise<{ lastAt: number; keys: Record<string, number> }> {
  const keys: Record<string, number> = {};
  const last = { lastAt: 0 };
  await page.goto(`${site.cloud.url}/triage`);
  let carKey: string | null = null;
  return await site.until(`${count} answers by keyboard`, 600_000, async () => {
    const { classes } = await site.api.triage.summary.query();
    for (const { className, open } of classes) {
      if (className === null || open === 0) continue;
      await choose(page, className);
      let before: string | null = null;
      for (let one = 0; one < IN_A_ROW; one += 1) {
        const loop = await site.api.training.loop.query();
        if (loop.annotations >= count || loop.lastDatasetId !== null) return { ...last, keys };
        const seen = await look(page, before, className);
        if (seen === null) break;
        // The last answer waits for one that shows where nothing is: of one class alone nothing is learnt.
        const given = Object.entries(keys).reduce(
          (sum, [key, n]) => sum + (key === " " ? 0 : n),
          0,
        );
        const isLast = given >= count - 2 && (keys.x ?? 0) === 0;
        carKey ??= await digitOf(page, "car");
        const key = keyFor(seen, carKey);
        const pressed = isLast && key !== "x" ? " " : key;
        await page.keyboard.press(pressed === " " ? "Space" : pressed);
        if (pressed !== " ") last.lastAt = Date.now();
        keys[pressed] = (keys[pressed] ?? 0) + 1;
        before = seen.itemId;
      }
    }
    return null;
  });
}

/** What a person who looks at the footage presses. */
function keyFor({ cameraName, className }: Seen, carKey: string): string {
  if (cameraName.startsWith("road-")) return className === "car" ? "a" : carKey;
  return className === HALL_CLASS ? " " : "x";
}

/** Has the page ask about a class, where it does so yet. */
async function choose(page: Page, className: string): Promise<void> {
  const select = page.locator("#triage-class");
  const option = select.locator(`option[value="${className}"]`);
  await option.waitFor({ state: "attached", timeout: 10_000 });
  await select.selectOption({ value: className });
}

/** The question on the screen, with its picture; null where there is none of this class any more. */
async function look(page: Page, before: string | null, className: string): Promise<Seen | null> {
  const other = before === null ? "" : `:not([data-item="${before}"])`;
  const section = page.locator(`section[data-item]${other}:has(canvas[data-picture])`);
  const isThere = await section
    .waitFor({ timeout: 2_000 })
    .then(() => true)
    .catch(() => false);
  if (!isThere) return null;
  const itemId = await section.getAttribute("data-item");
  const said = await section.locator("h2").first().textContent();
  const from = await section.locator("h2 ~ span").first().textContent();
  if (itemId === null || said === null || !said.endsWith(` ${className}?`)) return null;
  return { itemId, className, cameraName: (from ?? "").split(",")[0] ?? "" };
}

/** The digit that stands for a class, as the row of answers has it; the row stands where a question is. */
async function digitOf(page: Page, className: string): Promise<string> {
  const button = page
    .getByRole("region", { name: "Answers" })
    .getByRole("button", { name: className, exact: false });
  const words = await button.first().textContent();
  const digit = words?.match(/[1-9]/)?.[0];
  if (digit === undefined) throw new Error(`no digit stands for ${className}: ${words}`);
  return digit;
}
