import { defineConfig } from "vitest/config";

/** Tests that run the whole of Sentinel: they want the machine for themselves. */
const WHOLE = ["fleet/local/test/{whole-run,start-refusals,cluster-local}.test.ts"];

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    globalSetup: [".ci/global-setup.ts"],
    reporters: ["default"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: [
            "{edge-agent,cloud,fleet/*}/{src,test}/**/*.test.ts",
            "dashboard/src/**/*.test.{ts,tsx}",
            "k3s/{check,test}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", ...WHOLE],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "whole", include: WHOLE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
