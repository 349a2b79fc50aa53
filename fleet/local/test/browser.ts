import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Role } from "../../../cloud/src/people/person.ts";
import { addPerson } from "../../../cloud/test/people-fixture.ts";
import { buildDashboard } from "../src/start/dashboard-build.ts";

/** What a person has before them, and who they are. */
interface Visit {
  width: number;
  height: number;
  theme: "dark" | "light";
  /** Each name is a person of their own, signed in on first use; null comes as nobody. */
  person: { name: string; role: Role } | null;
}

const DESK: Visit = {
  width: 1440,
  height: 900,
  theme: "dark",
  person: { name: "Tess", role: "admin" },
};

type SignedIn = Awaited<ReturnType<typeof addPerson>>;

/** Whoever signed in, by cloud and name: each does so once. */
const people = new Map<string, Promise<SignedIn>>();

/** A person of a cloud, made on first use. */
export function signedIn(
  httpUrl: string,
  { name, role }: { name: string; role: Role },
): Promise<SignedIn> {
  const key = `${httpUrl} ${name}`;
  const person = people.get(key) ?? addPerson(httpUrl, name, role);
  people.set(key, person);
  return person;
}

/** What a cloud needs to serve the dashboard, which is built where its sources changed. */
export async function dashboardEnvironment(): Promise<{ SENTINEL_DASHBOARD_DIR: string }> {
  const { folder } = await buildDashboard();
  return { SENTINEL_DASHBOARD_DIR: folder };
}

/**
 * Opens a page of a cloud's dashboard as a person who is signed in. It is closed after the test, which
 * fails where the page threw or asked for what the content security policy forbids.
 */
export async function openPage(
  browser: Browser,
  httpUrl: string,
  path: string,
  visit: Partial<Visit> = {},
): Promise<Page> {
  const { page, faults } = await openLastingPage(browser, httpUrl, path, visit);
  onTestFinished(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });
  return page;
}

/** As {@link openPage}, for several tests; the caller looks at `faults`. */
export async function openLastingPage(
  browser: Browser,
  httpUrl: string,
  path: string,
  visit: Partial<Visit> = {},
): Promise<{ page: Page; faults: string[] }> {
  const { width, height, theme, person } = { ...DESK, ...visit };
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  if (person !== null) await signInAs(context, httpUrl, person);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (line) => {
    if (/Content Security Policy/i.test(line.text())) faults.push(line.text());
  });
  await page.goto(new URL(path, httpUrl).href);
  return { page, faults };
}

/** What keeps people with assistive technology out (axe-core, impact serious and critical). */
export async function seriousViolations(page: Page): Promise<string[]> {
  // What is half faded in has no contrast yet.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished)).then(() => true)`,
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      const some = nodes.slice(0, 3).map(({ html }) => html);
      return `${id}, ${nodes.length} times: ${some.join(" ")}`;
    });
}

/** Gives a browser the session of a person, who is made on first use. */
export async function signInAs(
  context: BrowserContext,
  httpUrl: string,
  person: { name: string; role: Role },
): Promise<void> {
  const { cookie } = await signedIn(httpUrl, person);
  const pairs = cookie.split("; ").map((pair) => pair.split(/=(.*)/s));
  await context.addCookies(pairs.map(([name = "", value = ""]) => ({ name, value, url: httpUrl })));
}
