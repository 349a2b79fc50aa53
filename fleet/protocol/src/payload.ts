import { gunzipSync } from "node:zlib";
import type { z } from "zod";

/** Bytes a payload may have on the wire, and after gunzip. */
export interface PayloadBounds {
  maxBytes: number;
  maxInflatedBytes: number;
}

/** Bounds for everything but previews, which are pictures. */
export const MESSAGE_BOUNDS: PayloadBounds = { maxBytes: 1_048_576, maxInflatedBytes: 4_194_304 };
export const PREVIEW_BOUNDS: PayloadBounds = { maxBytes: 2_200_000, maxInflatedBytes: 2_200_000 };

/** Why a payload was not taken; these words are counters and dead-letter reasons. */
export type PayloadFault = "too-large" | "bad-gzip" | "gzip-bomb" | "not-json" | "schema";

export type PayloadResult<T> =
  | { ok: true; value: T }
  | { ok: false; fault: PayloadFault; detail: string };

/**
 * Turns bytes from the wire into a validated value. Sizes are checked before anything is parsed; a
 * payload that begins with the gzip magic (RFC 1952, 2.3.1: 1f 8b) is inflated with a bound.
 */
export function parsePayload<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
  bounds: PayloadBounds = MESSAGE_BOUNDS,
): PayloadResult<z.output<S>> {
  if (bytes.byteLength > bounds.maxBytes) {
    return fault("too-large", `${bytes.byteLength} bytes, at most ${bounds.maxBytes} are taken`);
  }
  const text = inflate(bytes, bounds);
  if (!text.ok) return text;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text.value));
  } catch (error) {
    return fault("not-json", messageOf(error));
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "payload" : issue.path.join(".");
  return fault("schema", `${where}: ${issue?.message ?? "invalid"}`);
}

function inflate(bytes: Uint8Array, bounds: PayloadBounds): PayloadResult<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { ok: true, value: bytes };
  try {
    return { ok: true, value: gunzipSync(bytes, { maxOutputLength: bounds.maxInflatedBytes }) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === "ERR_BUFFER_TOO_LARGE"
      ? fault("gzip-bomb", `grows beyond ${bounds.maxInflatedBytes} bytes`)
      : fault("bad-gzip", messageOf(error));
  }
}

function fault(
  name: PayloadFault,
  detail: string,
): { ok: false; fault: PayloadFault; detail: string } {
  return { ok: false, fault: name, detail: detail.slice(0, 500) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
