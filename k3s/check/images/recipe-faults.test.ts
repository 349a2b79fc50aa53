import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { OUR_IMAGES, parseRecipe } from "./image-recipe.ts";
import { imageFindings, recipeFaults } from "./recipe-faults.ts";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

test("the images' own Dockerfiles have no fault", () => {
  expect(imageFindings(REPOSITORY)).toEqual([]);
});

test("a Dockerfile is read with its stages: what the last one holds is in the image", () => {
  const recipe = parseRecipe(
    [
      "ARG BASE=example.com/base:1@sha256:00",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a Dockerfile's own variable
      "FROM ${BASE} AS parts",
      "COPY hidden /parts/hidden",
      "FROM $BASE AS runtime",
      "WORKDIR /app",
      "COPY one two ./",
      "COPY --from=parts /parts /elsewhere",
      "FROM runtime",
      "COPY three/four five/",
      "USER 5:6",
    ].join("\n"),
    "x/Dockerfile",
  );
  expect(recipe.bases.map(({ line }) => line)).toEqual([2, 4]);
  expect(recipe.bases[0]?.image).toBe("example.com/base:1@sha256:00");
  expect(recipe.copied).toEqual(["/app/one", "/app/two", "/app/five/four"]);
  expect(recipe.sources.map(({ path }) => path)).toEqual(["hidden", "one", "two", "three/four"]);
  expect(recipe.user).toBe("5:6");
});

/** Each rule, and what breaks it in the agent's Dockerfile. */
const BREAKS: readonly [rule: string, before: RegExp, after: string][] = [
  ["base-image-pinned", /@sha256:[0-9a-f]{64}/, ""],
  ["base-image-pinned", /:24\.21\.0-bookworm-slim@/, ":latest@"],
  ["base-image-pinned", /docker\.io\/library\//, ""],
  ["image-user-not-root", /USER 10001:10001/, "USER 0:0"],
  ["image-user-not-root", /USER 10001:10001/, "USER node"],
  ["image-user-not-root", /USER 10001:10001\n/, ""],
  ["image-commands", /ENTRYPOINT \["node"\]/, "ENTRYPOINT node"],
  ["image-commands", /\nCMD \[.*\]/, ""],
  ["image-commands", /CMD \["node", "--eval".*\]/, "CMD curl http://127.0.0.1:8081/healthz"],
  ["image-health-port", /EXPOSE 8081/, "EXPOSE 8082"],
  ["image-labelled", /org\.opencontainers\.image\.licenses/, "licenses"],
  ["image-source-exists", /COPY edge-agent\/src edge/, "COPY edge-agent/source edge"],
  ["image-from-lock-file", /"npm", "ci"/, '"npm", "install"'],
];

describe("each fault of a Dockerfile is found, and nothing else", () => {
  const sound = readFileSync(join(REPOSITORY, "edge-agent/Dockerfile"), "utf8");
  test.each(BREAKS)("%s: %s becomes %j", (rule, before, after) => {
    const broken = sound.replace(before, after);
    expect(broken).not.toBe(sound);
    const faults = recipeFaults(parseRecipe(broken, "edge-agent/Dockerfile"), REPOSITORY);
    expect(new Set(faults.map((fault) => fault.rule))).toEqual(new Set([rule]));
    expect(faults[0]?.fix).not.toBe("");
  });
});

test("what a Dockerfile copies is let through by .dockerignore", () => {
  const ignored = readFileSync(join(REPOSITORY, ".dockerignore"), "utf8").split("\n");
  const passed = ignored.flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
  for (const image of OUR_IMAGES) {
    const text = readFileSync(join(REPOSITORY, image, "Dockerfile"), "utf8");
    for (const { path } of parseRecipe(text, image).sources) expect(passed).toContain(path);
  }
});
