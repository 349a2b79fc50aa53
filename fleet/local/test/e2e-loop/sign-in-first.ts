import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { LoopSite } from "../../src/loop/loop-site.ts";

/** Comes in by the one-time link that the start prints. */
export async function signInFirst(site: LoopSite, page: Page, folder: string): Promise<void> {
  const link = await site.until("the link of the first sign-in", 180_000, async () => {
    const said = await readFile(join(folder, "start.log"), "utf8");
    return /First sign-in, once, as admin: (\S+)/.exec(said)?.[1] ?? null;
  });
  await page.goto(link);
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByRole("link", { name: "Triage" }).first().waitFor();
}
