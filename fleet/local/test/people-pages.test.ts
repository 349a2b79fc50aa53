import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../../../cloud/src/people/person.ts";
import { type RunningCloud, startCloud } from "../../../cloud/test/running-cloud.ts";
import { dashboardEnvironment, openPage, seriousViolations } from "./browser.ts";
import { launchBrowser } from "./launch-browser.ts";

const SETUP_TOKEN = "the-secret-of-the-set-up-link-of-this-test";
const PASSWORD = "correct horse battery staple";

let cloud: RunningCloud;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
  const dashboard = await dashboardEnvironment();
  cloud = await startCloud({}, { ...dashboard, SENTINEL_SETUP_TOKEN: SETUP_TOKEN });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await cloud.stop();
});

const visit = (path: string, as: { name: string; role: Role } | null) =>
  openPage(browser, cloud.httpUrl, path, { person: as });

async function join(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(`${name.toLowerCase()}@example.org`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Come in" }).click();
}

test("the first admin comes by the set-up link, signs out and in again, and lets an operator in", async () => {
  const page = await visit("/nodes", null);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.goto(`${cloud.httpUrl}/join#${SETUP_TOKEN}`);
  await page.getByText("You will be admin").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await join(page, "Ada");
  await page.getByRole("link", { name: "Settings" }).first().click();
  await page.getByRole("heading", { name: "Ada" }).waitFor();

  await page.getByRole("button", { name: /^Ada, admin/ }).click();
  await page.getByRole("button", { name: "Sign out" }).last().click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("not the right one at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The address or the password is wrong.").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Password").press("Enter");
  await page.getByRole("link", { name: "Live" }).first().waitFor();

  await page.goto(`${cloud.httpUrl}/settings?section=people`);
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("button", { name: "Make link" }).click();
  const link = (await page.locator("[data-secret]").textContent()) ?? "";
  expect(link).toContain("/join#");
  await page.getByText("Somebody new").waitFor();

  const other = await visit(new URL(link).pathname + new URL(link).hash, null);
  await other.getByText("You will be operator").waitFor();
  await join(other, "Olaf");
  await other.getByRole("link", { name: "Triage" }).first().waitFor();
  await other.goto(`${cloud.httpUrl}/settings?section=people`);
  await other.getByRole("heading", { name: "Olaf" }).waitFor();
  expect(await other.getByRole("link", { name: "Audit log" }).count()).toBe(0);
  await other.goto(link);
  await other.getByText("INVITATION_REFUSED").waitFor();

  await page.getByLabel("Role of Olaf").selectOption("ml");
  await expect.poll(async () => (await people()).join()).toBe("Ada admin,Olaf ml");
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByText("person.edit").waitFor();
  expect(await seriousViolations(page)).toEqual([]);
}, 60_000);

test("a session that ends is told, and one goes on where one was", async () => {
  const page = await visit("/settings?section=tokens", { name: "Tess", role: "operator" });
  await page.getByRole("button", { name: "Make token" }).click();
  await page.getByLabel("Name").fill("<script>alert(1)</script>");
  await page.getByLabel("May do").selectOption("viewer");
  await page.getByRole("button", { name: "Make token" }).last().click();
  expect(await page.locator("[data-secret]").textContent()).toMatch(/^sentinel_/);
  await page.getByRole("cell", { name: "<script>alert(1)</script>" }).waitFor();
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Revoked").waitFor();

  await cloud.database.query("delete from sessions");
  await page.getByText("Your session is over").waitFor({ timeout: 25_000 });
  await page.getByLabel("Email").fill("tess@example.org");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Make token" }).first().waitFor();
}, 60_000);

test("who may only look is shown what others may do, and whose it is", async () => {
  const page = await visit("/cameras", { name: "Vera", role: "viewer" });
  const whose = async (path: string, button: string, role: string) => {
    await page.goto(`${cloud.httpUrl}${path}`);
    const shown = page.getByRole("button", { name: button, exact: true }).first();
    await shown.waitFor();
    expect(await shown.getAttribute("aria-disabled")).toBe("true");
    await shown.focus();
    await page
      .getByRole("tooltip")
      .getByText(`This needs the role ${role}; yours is viewer.`)
      .waitFor();
    await page.keyboard.press("Enter");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.locator("form").count()).toBe(0);
  };
  await whose("/cameras", "Add camera", "operator");
  await whose("/datasets", "Build a version", "ml");
  await whose("/training", "Start a job", "ml");
  await whose("/training", "Change", "ml");
  expect(await seriousViolations(page)).toEqual([]);
  await page.goto(`${cloud.httpUrl}/triage`);
  await page.getByText("Questions are answered by operators").waitFor();
  await page.getByText("Your role is viewer.").waitFor();
}, 90_000);

async function people(): Promise<string[]> {
  const rows = await cloud.database.query("select name, role from people order by name");
  return rows.map(({ name, role }) => `${name} ${role}`);
}
