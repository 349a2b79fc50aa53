import { readFileSync } from "node:fs";
import { cloudErrors } from "@sentinel/cloud/errors";
import { edgeErrors } from "@sentinel/edge-agent/errors";
import type { ErrorTable } from "@sentinel/protocol/coded-error";
import { expect, test } from "vitest";
import { localErrors } from "../src/errors.ts";
import { repositoryPath } from "../src/start/repository.ts";

/** Rows of the document, as `package CODE meaning action retryable`. */
function documented(): string[] {
  const lines = readFileSync(repositoryPath("docs/errors.md"), "utf8").split("\n");
  let section = "";
  return lines.flatMap((line) => {
    const heading = /^## (\S+)/.exec(line);
    if (heading !== null) section = heading[1] ?? "";
    const cells = /^\| `([A-Z0-9_]+)` \| (.+) \| (.+) \| (yes|no) \|$/.exec(line);
    return cells === null ? [] : [[section, ...cells.slice(1)].join(" | ")];
  });
}

function tableRows(section: string, table: ErrorTable): string[] {
  return Object.entries(table).map(([code, { meaning, action, retryable }]) =>
    [section, code, meaning, action, retryable ? "yes" : "no"].join(" | "),
  );
}

test("docs/errors.md and the packages' tables say the same, both ways", () => {
  const tables = [
    ...tableRows("edge-agent", edgeErrors),
    ...tableRows("cloud", cloudErrors),
    ...tableRows("fleet/local", localErrors),
  ];
  expect(documented().sort()).toEqual(tables.sort());
});
