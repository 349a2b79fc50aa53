import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { personText } from "../api/text-input.ts";
import { readChannelFile, withModel } from "./channel-file.ts";
import { wavesOf } from "./cohorts.ts";
import { isRepoAddress, withoutCredentials } from "./repo-url.ts";

const SEED = readFileSync(
  new URL("../../../fleet/state/channels/stable.yaml", import.meta.url),
  "utf8",
);
const DIGEST = "a".repeat(64);
const read = (text: string, path = "channels/stable.yaml") =>
  readChannelFile({ path, isFile: true, text, sizeBytes: text.length });

test("the seed of the repository holds, and its waves are cohorts that leave each other out", () => {
  const result = read(SEED);
  if (!result.ok) throw new Error(result.fault.message);
  expect(wavesOf(result.file)).toMatchObject([
    { cohort: "stable.canary", labels: { channel: "stable", ring: "canary" }, exceptLabels: [] },
    {
      cohort: "stable.rest",
      labels: { channel: "stable" },
      exceptLabels: [{ channel: "stable", ring: "canary" }],
    },
  ]);
});

test("another model leaves comments and everything else as they were", () => {
  const text = withModel(SEED, DIGEST, "better: in rain # not a comment");
  const result = read(text);
  expect(result).toMatchObject({
    ok: true,
    file: { model: DIGEST, reason: "better: in rain # not a comment" },
  });
  const untouched = (lines: string) =>
    lines.split("\n").filter((line) => !/^(model|reason):/.test(line));
  expect(untouched(text)).toEqual(untouched(SEED));
});

test("every line that breaks programs is a reason that comes out of the file as it went in", () => {
  const lines = JSON.parse(
    readFileSync(
      new URL("../../../../shared/testdata/bad/strings/blns.json", import.meta.url),
      "utf8",
    ),
  ) as string[];
  let taken = 0;
  for (const line of lines) {
    const reason = personText(500).safeParse(line);
    if (!reason.success) continue;
    taken += 1;
    expect(read(withModel(SEED, DIGEST, reason.data)), line).toMatchObject({
      ok: true,
      file: { model: DIGEST, reason: reason.data },
    });
  }
  expect(taken).toBeGreaterThan(400);
});

const plain = `channel: stable\nmodel: ${DIGEST}\nreason: r\n`;
test.each<[string, string, string, number]>([
  [
    "a merge conflict",
    `${plain}<<<<<<< ours\nrevoked: []\n=======\nrevoked: []\n>>>>>>> theirs\n`,
    "FLEET_FILE_CONFLICT",
    4,
  ],
  ["no YAML", `${plain}waves: [\n`, "FLEET_FILE_INVALID", 5],
  ["the same key twice", `${plain}model: null\n`, "FLEET_FILE_INVALID", 4],
  ["a digest that is none", "channel: stable\nmodel: latest\nreason: r\n", "FLEET_FILE_INVALID", 2],
  ["no reason", `channel: stable\nmodel: ${DIGEST}\n`, "FLEET_FILE_INVALID", 1],
  ["a key that nobody knows", `${plain}digest: x\n`, "FLEET_FILE_INVALID", 4],
  [
    "a share above one",
    `${plain}waves:\n  - name: all\n    neededShare: 1.5\n`,
    "FLEET_FILE_INVALID",
    6,
  ],
  ["a wave twice", `${plain}waves:\n  - name: all\n  - name: all\n`, "FLEET_FILE_INVALID", 5],
  [
    "a name that is a path",
    "channel: ../../etc\nmodel: null\nreason: r\n",
    "FLEET_FILE_INVALID",
    1,
  ],
  [
    "another channel's name",
    "# of somebody else\nchannel: other\nmodel: null\nreason: r\n",
    "FLEET_FILE_INVALID",
    2,
  ],
  [
    "control characters",
    'channel: stable\nmodel: null\nreason: "a\\u0000b"\n',
    "FLEET_FILE_INVALID",
    3,
  ],
  [
    "a bomb of aliases",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n${plain}`,
    "FLEET_FILE_INVALID",
    1,
  ],
  ["nothing", "", "FLEET_FILE_INVALID", 1],
])("%s is refused with its line", (_what, text, code, line) => {
  expect(read(text)).toMatchObject({
    ok: false,
    fault: { code, line, file: "channels/stable.yaml" },
  });
});

test("a file that was not read for its length says so", () => {
  const result = readChannelFile({
    path: "channels/stable.yaml",
    isFile: true,
    text: null,
    sizeBytes: 10_000_000,
  });
  expect(result).toMatchObject({ ok: false, fault: { code: "FLEET_FILE_TOO_LARGE" } });
});

test("Git is told addresses and paths only, and people see no credentials", () => {
  const good = [
    "https://example.org/fleet.git",
    "ssh://git@example.org/f",
    "git@example.org:f.git",
    "/srv/fleet.git",
    "fleet.git",
    "./my-fleet",
  ];
  const bad = [
    "--upload-pack=touch /tmp/x",
    "ext::sh -c true",
    "-x",
    "http:/x",
    "javascript:alert(1)",
    "",
  ];
  expect(good.filter((address) => !isRepoAddress(address))).toEqual([]);
  expect(bad.filter(isRepoAddress)).toEqual([]);
  expect(withoutCredentials("https://lena:secret@example.org/f")).toBe("https://example.org/f");
});
