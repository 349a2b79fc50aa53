import { uriEncode } from "./request-signature.ts";

/** A value of an XML document: text, a number, or nested elements. Absent elements are left out. */
export type XmlValue = string | number | boolean | XmlElements | undefined;

/** Elements by name; an array repeats its element. */
export interface XmlElements {
  readonly [name: string]: XmlValue | readonly XmlValue[];
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Writes a document of S3's API with this root element. */
export function xmlDocument(root: string, elements: XmlElements, namespace = true): string {
  const attribute = namespace ? ` xmlns="${NAMESPACE}"` : "";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${writeElements(elements)}</${root}>`;
}

/** How a key is written in a list: percent-encoded where the client asked for that, `/` kept. */
export function listedKey(key: string, encodingType: string | null): string {
  return encodingType === "url" ? key.split("/").map(uriEncode).join("/") : key;
}

/** A time as S3 writes it in documents. */
export function xmlTime(at: number): string {
  return new Date(at).toISOString();
}

function writeElements(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, value]) =>
      (Array.isArray(value) ? value : [value])
        .map((item: XmlValue) => writeElement(name, item))
        .join(""),
    )
    .join("");
}

function writeElement(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  const content = typeof value === "object" ? writeElements(value) : escapeXml(String(value));
  return `<${name}>${content}</${name}>`;
}

/** Escapes markup, and control characters that XML 1.0 cannot hold even as references are replaced. */
function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\r", "&#13;")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
  );
}
