import { readTrustedKeys } from "@sentinel/protocol/signed-document";
import { expect, test } from "vitest";
import { checkStatement } from "../src/swap/statement-check.ts";
import { Signer } from "./signing.ts";

const signer = new Signer();
const keys = readTrustedKeys([signer.pem]);
const digest = "d".repeat(64);

test("a node that was given other labels takes the statement of its new cohort, though it is older", () => {
  const canary = { channel: "stable", ring: "canary" };
  const broad = { channel: "stable", ring: "broad" };
  const now = Date.now();
  const first = checkStatement(signer.statement({ digest, counter: 9, labels: canary }), {
    ...{ keys, labels: canary, last: null, lastContents: null, now },
  });
  const memory = { last: first.statement, lastContents: first.contents };
  const rest = signer.statement({ digest, counter: 8, labels: broad });
  expect(checkStatement(rest, { keys, labels: broad, ...memory, now })).toMatchObject({
    isRepeat: false,
    statement: { counter: 8 },
  });
  const both = signer.statement({ digest, counter: 8, labels: { channel: "stable" } });
  expect(() => checkStatement(both, { keys, labels: canary, ...memory, now })).toThrow(
    expect.objectContaining({ code: "STATEMENT_REPLAYED" }),
  );
});

test("nothing is trusted where no key is", () => {
  const none = { keys: readTrustedKeys([]), labels: { channel: "stable" } };
  const context = { ...none, last: null, lastContents: null, now: Date.now() };
  expect(() => checkStatement(signer.statement({ digest, counter: 1 }), context)).toThrow(
    expect.objectContaining({ code: "STATEMENT_KEY_UNKNOWN" }),
  );
});
