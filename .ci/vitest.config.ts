import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: [
      "{edge-agent,cloud,fleet/*}/{src,test}/**/*.test.ts",
      "dashboard/src/**/*.test.{ts,tsx}",
    ],
    globalSetup: [".ci/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ["default"],
  },
});
