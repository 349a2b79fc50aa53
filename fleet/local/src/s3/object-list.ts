import { compareKeys, firstNotBefore, type ListedObject } from "./object-index.ts";

/** What part of a bucket to list. */
export interface ListQuery {
  prefix: string;
  /** Keys that go on after the prefix up to this are told once, as a common prefix; empty for none. */
  delimiter: string;
  /** Keys up to and including this one are left out. */
  startAfter: string;
  /** Where the page before ended; null for the first page. */
  continuation: string | null;
  /** 0 to 1000 objects and common prefixes together. */
  maxKeys: number;
}

/** One page of a list. */
export interface ListPage {
  objects: ListedObject[];
  commonPrefixes: string[];
  /** Token for the next page; null where this is the last. */
  next: string | null;
}

/** Lists one page of entries that are in order. */
export function listPage(entries: readonly ListedObject[], query: ListQuery): ListPage {
  const page: ListPage = { objects: [], commonPrefixes: [], next: null };
  const after = readToken(query.continuation);
  const from = [query.prefix, query.startAfter, after?.value ?? ""].reduce((least, key) =>
    compareKeys(least, key) < 0 ? key : least,
  );
  let last: Token | null = null;
  for (let at = firstNotBefore(entries, from); at < entries.length; at += 1) {
    const entry = entries[at];
    if (entry === undefined || !entry.key.startsWith(query.prefix)) break;
    if (entry.key === query.startAfter || isBefore(entry.key, after)) continue;
    const commonPrefix = commonPrefixOf(entry.key, query);
    if (last?.kind === "prefix" && last.value === commonPrefix) continue;
    if (page.objects.length + page.commonPrefixes.length >= query.maxKeys) {
      page.next = last === null ? null : writeToken(last);
      break;
    }
    if (commonPrefix === null) page.objects.push(entry);
    else page.commonPrefixes.push(commonPrefix);
    last =
      commonPrefix === null
        ? { kind: "key", value: entry.key }
        : { kind: "prefix", value: commonPrefix };
  }
  return page;
}

/** The last thing that a page showed. */
interface Token {
  kind: "key" | "prefix";
  value: string;
}

function isBefore(key: string, after: Token | null): boolean {
  if (after === null) return false;
  return after.kind === "key" ? key === after.value : key.startsWith(after.value);
}

function commonPrefixOf(key: string, { prefix, delimiter }: ListQuery): string | null {
  if (delimiter === "") return null;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? null : key.slice(0, end + delimiter.length);
}

function writeToken({ kind, value }: Token): string {
  return Buffer.from(`${kind}:${value}`).toString("base64url");
}

function readToken(text: string | null): Token | null {
  if (text === null) return null;
  const match = /^(key|prefix):(.+)$/su.exec(Buffer.from(text, "base64url").toString());
  if (match === null) return null;
  return { kind: match[1] === "key" ? "key" : "prefix", value: match[2] ?? "" };
}
