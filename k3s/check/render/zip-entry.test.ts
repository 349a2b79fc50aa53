import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { zipEntry } from "./zip-entry.ts";

/** An archive of two files, the second packed; as `zip` writes them. */
function archiveOf(files: readonly { name: string; text: string; method: 0 | 8 }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, text, method } of files) {
    const content = Buffer.from(text);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const ARCHIVE = archiveOf([
  { name: "helm/helm", text: "another program", method: 0 },
  { name: "kubectl/kubectl", text: "the program ".repeat(100), method: 8 },
]);

test("files are read whole, packed or not", () => {
  expect(zipEntry(ARCHIVE, "helm/helm").toString()).toBe("another program");
  expect(zipEntry(ARCHIVE, "kubectl/kubectl").toString()).toBe("the program ".repeat(100));
});

test("what is not there, or no archive, is told", () => {
  expect(() => zipEntry(ARCHIVE, "kustomize")).toThrow("the archive holds no kustomize");
  expect(() => zipEntry(Buffer.from("no archive at all, only text"), "x")).toThrow(
    "no ZIP archive",
  );
});
