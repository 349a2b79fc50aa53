import { type Browser, chromium, type Page } from "playwright-core";

/** How large the window is, and in which theme. */
export interface PageLook {
  width?: number;
  height?: number;
  theme?: "dark" | "light";
}

/** Chromium on the dashboard of one cloud. */
export class DashboardBrowser {
  readonly #browser: Browser;
  readonly #address: string;
  /** What went wrong in pages that were opened. */
  readonly faults: string[] = [];

  private constructor(browser: Browser, address: string) {
    this.#browser = browser;
    this.#address = address;
  }

  static async launch(address: string): Promise<DashboardBrowser> {
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    return new DashboardBrowser(browser, address);
  }

  /** Opens a page of the dashboard, as a person who may see it. */
  async open(path: string, look: PageLook = {}): Promise<Page> {
    const { width = 1440, height = 900, theme = "dark" } = look;
    const context = await this.#browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
    });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.faults.push(String(error)));
    await page.goto(`${this.#address}${path}`);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
