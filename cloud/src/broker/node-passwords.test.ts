import { scryptSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NodePasswords, parseNodePasswords } from "./node-passwords.ts";

const line = (nodeId: string, password: string) => {
  const salt = Buffer.from("00112233445566778899aabbccddeeff", "hex");
  const hash = scryptSync(password, salt, 32);
  return `${nodeId}:scrypt$${salt.toString("hex")}$${hash.toString("hex")}`;
};

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-passwords-"));
  file = join(folder, "passwords");
});
afterEach(() => rm(folder, { recursive: true }));

test("a password is right for its node only, also the second time", async () => {
  await writeFile(file, `# site 7\n\n${line("a", "one")}\r\n${line("b", "two")}\n`);
  const passwords = new NodePasswords(file);
  expect(await passwords.reload()).toEqual([]);
  for (let time = 0; time < 2; time += 1) {
    expect(await passwords.check("a", Buffer.from("one"))).toBe("right");
    expect(await passwords.check("a", Buffer.from("two"))).toBe("wrong");
    expect(await passwords.check("c", Buffer.from("one"))).toBe("wrong");
  }
});

test("a changed file is taken, telling who is gone or changed; a broken one is not", async () => {
  await writeFile(file, [line("a", "one"), line("b", "two"), line("c", "three")].join("\n"));
  const passwords = new NodePasswords(file);
  await passwords.reload();
  expect(await passwords.check("b", Buffer.from("two"))).toBe("right");
  await writeFile(file, [line("a", "one"), line("b", "changed")].join("\n"));
  expect(await passwords.reload()).toEqual(["b", "c"]);
  expect(await passwords.check("b", Buffer.from("two"))).toBe("wrong");
  await writeFile(file, "nonsense");
  await expect(passwords.reload()).rejects.toMatchObject({ code: "NODE_PASSWORDS_UNREADABLE" });
  await rm(file);
  await expect(passwords.reload()).rejects.toMatchObject({ code: "NODE_PASSWORDS_UNREADABLE" });
  expect(await passwords.check("a", Buffer.from("one"))).toBe("right");
});

test("more checks than the machine can bear are put off", async () => {
  await writeFile(file, line("a", "one"));
  const passwords = new NodePasswords(file);
  await passwords.reload();
  const checks = Array.from({ length: 60 }, (_, n) => passwords.check("a", Buffer.from(`${n}`)));
  const results = await Promise.all(checks);
  expect(results.filter((result) => result === "busy")).toHaveLength(28);
  expect(results.filter((result) => result === "wrong")).toHaveLength(32);
});

test("an unknown node is answered with as much work as a known one", async () => {
  await writeFile(file, line("a", "one"));
  const passwords = new NodePasswords(file);
  await passwords.reload();
  const checks = Array.from({ length: 40 }, (_, n) =>
    passwords.check(`b-${n}`, Buffer.from("one")),
  );
  const results = await Promise.all(checks);
  expect(results.filter((result) => result === "busy")).toHaveLength(8);
  expect(results.filter((result) => result === "wrong")).toHaveLength(32);
});

test.each([
  ["removed", ""],
  ["given another password", line("a", "two")],
])("a node that is %s while its password is checked does not come in", async (_what, text) => {
  await writeFile(file, line("a", "one"));
  const passwords = new NodePasswords(file);
  await passwords.reload();
  await writeFile(file, `# changed\n${text}`);
  const checking = passwords.check("a", Buffer.from("one"));
  expect(await passwords.reload()).toEqual(["a"]);
  expect(await checking).toBe("wrong");
  expect(await passwords.check("a", Buffer.from("one"))).toBe("wrong");
});

test.each([
  ["a:plain", /line 1 /],
  [`${line("a", "x")}\n${line("a", "y")}`, /line 2/],
  [line("Not A Node", "x"), /line 1/],
  ["a:scrypt$00$11", /line 1/],
])("%j is refused, naming the line", (text, message) => {
  expect(() => parseNodePasswords(text)).toThrow(message);
});
