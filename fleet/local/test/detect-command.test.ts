import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { repositoryPath } from "../src/start/repository.ts";

const TESTDATA = repositoryPath("../shared/testdata");

test("detect ends without a word when its reader is gone", async () => {
  const detect = spawn(process.execPath, [
    repositoryPath("fleet/local/src/cli/main.ts"),
    "detect",
    ...["--model", join(TESTDATA, "models", "yolox_nano.onnx"), "--json"],
    join(TESTDATA, "clips", "opencv-vtest.avi"),
  ]);
  const said = text(detect.stderr);
  // As `head -1`: takes the first line and goes.
  detect.stdout.once("data", () => detect.stdout.destroy());
  const ended = await new Promise((resolve) =>
    detect.once("close", (code, signal) => resolve({ code, signal })),
  );
  expect(ended).toEqual({ code: 0, signal: null });
  expect(await said).toMatch(/^model yolox_nano, .*\n$/);
});
