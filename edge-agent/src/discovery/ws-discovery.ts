/** A camera that answered, as it describes itself; none of it is to be trusted. */
export interface FoundCamera {
  /** The address that the answer came from. */
  address: string;
  /** Where its ONVIF service says to be; http and https only. */
  services: string[];
  name: string | null;
  hardware: string | null;
}

/** What a device may say of itself at most. */
const MAX_TEXT = 200;
const MAX_SERVICES = 8;
const SCOPE = "onvif://www.onvif.org/";

/** The question whether a device is an ONVIF camera (WS-Discovery 1.0, ONVIF Core 7.3). */
export function probeMessage(messageId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl">
<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>uuid:${messageId}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>
<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body>
</s:Envelope>`;
}

/** Reads an answer; null where it is none to this question. */
export function readProbeMatch(
  xml: string,
  messageId: string,
  address: string,
): FoundCamera | null {
  if (!/<(?:\w+:)?ProbeMatch[\s>]/.test(xml) || !xml.includes(messageId)) return null;
  const services = wordsOf(xml, "XAddrs").filter(isHttp).slice(0, MAX_SERVICES);
  const scopes = wordsOf(xml, "Scopes");
  return {
    address,
    services,
    name: scopeOf(scopes, "name"),
    hardware: scopeOf(scopes, "hardware"),
  };
}

function wordsOf(xml: string, tag: string): string[] {
  const text = new RegExp(`<(?:\\w+:)?${tag}(?:\\s[^>]*)?>([^<]*)<`).exec(xml)?.[1] ?? "";
  return text
    .replaceAll("&amp;", "&")
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => word.slice(0, MAX_TEXT));
}

function isHttp(word: string): boolean {
  return /^https?:$/.test(URL.parse(word)?.protocol ?? "");
}

function scopeOf(scopes: readonly string[], kind: string): string | null {
  const start = `${SCOPE}${kind}/`;
  const scope = scopes.find((word) => word.startsWith(start))?.slice(start.length);
  if (scope === undefined) return null;
  try {
    return decodeURIComponent(scope);
  } catch {
    return scope;
  }
}
