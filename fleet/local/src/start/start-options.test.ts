import { Command } from "commander";
import { expect, test } from "vitest";
import { addStartOptions, parseDuration, toStartOptions } from "./start-options.ts";

function parse(...args: string[]) {
  const command = addStartOptions(new Command(), "/data")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(args, { from: "user" });
  return toStartOptions(command.opts());
}

test("durations", () => {
  expect(["60s", "10m", "1500ms", "2h", "5"].map(parseDuration)).toEqual([
    60_000, 600_000, 1500, 7_200_000, 5000,
  ]);
  for (const text of ["", "soon", "0s", "10ms", "-5s", "1d", "999999h"]) {
    expect(() => parseDuration(text), text).toThrow(/60s/);
  }
});

test("without options: the defaults of a first start", () => {
  expect(parse()).toEqual({
    cameras: null,
    nodes: 1,
    camera: [],
    config: null,
    forMs: null,
    dataDir: "/data",
    port: null,
    model: null,
    open: true,
  });
});

test("cameras add up and --no-open is heard", () => {
  const options = parse(
    "--camera",
    "rtsp://a/1",
    "--camera",
    "b.mp4",
    "--cameras",
    "2",
    "--no-open",
    "--for",
    "1m",
  );
  expect(options).toMatchObject({
    camera: ["rtsp://a/1", "b.mp4"],
    cameras: 2,
    open: false,
    forMs: 60_000,
  });
});

test.each([
  ["--cameras", "1.5"],
  ["--cameras", "65"],
  ["--port", "0"],
  ["--port", "70000"],
])("%s %s is refused", (...args) => {
  expect(() => parse(...args)).toThrow(/whole number/i);
});
