/** One request of RTSP 1.0 (RFC 2326 section 6). */
export interface RtspRequest {
  method: string;
  /** As sent: an address, or `*`. */
  target: string;
  /** Names in lower case; of repeated headers the last one counts. */
  headers: ReadonlyMap<string, string>;
}

/** Why a byte stream is not RTSP; the status is what to answer before hanging up. */
export class RtspSyntaxError extends Error {
  readonly status: 400 | 413 | 431 | 505;

  constructor(status: 400 | 413 | 431 | 505, message: string) {
    super(message);
    this.name = "RtspSyntaxError";
    this.status = status;
  }
}

const MAX_HEAD_BYTES = 8192;
const MAX_BODY_BYTES = 16_384;
const MAX_HEADERS = 64;
const INTERLEAVED_MARK = 0x24;
const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Takes a connection's bytes as they come and gives back whole requests. Interleaved packets from
 * the client (receiver reports) are skipped. Never holds more than one head and body.
 */
export class RtspRequestReader {
  #buffered: Buffer = Buffer.alloc(0);
  /** Bytes of a body or an interleaved packet still to be thrown away. */
  #skip = 0;

  /** @throws RtspSyntaxError; the connection is of no further use then. */
  read(chunk: Buffer): RtspRequest[] {
    this.#buffered = this.#buffered.length === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    const requests: RtspRequest[] = [];
    for (;;) {
      this.#skipBytes();
      if (this.#skip > 0 || this.#buffered.length === 0) return requests;
      if (this.#buffered[0] === INTERLEAVED_MARK) {
        if (this.#buffered.length < 4) return requests;
        this.#skip = 4 + this.#buffered.readUInt16BE(2);
        continue;
      }
      const headEnd = this.#buffered.indexOf(HEAD_END);
      if (headEnd === -1 || headEnd > MAX_HEAD_BYTES) {
        if (this.#buffered.length > MAX_HEAD_BYTES)
          throw new RtspSyntaxError(431, "head too large");
        checkBeginning(this.#buffered);
        return requests;
      }
      const request = parseHead(this.#buffered.subarray(0, headEnd).toString("latin1"));
      this.#skip = headEnd + HEAD_END.length + bodyBytes(request);
      requests.push(request);
    }
  }

  #skipBytes(): void {
    const skipped = Math.min(this.#skip, this.#buffered.length);
    this.#buffered = this.#buffered.subarray(skipped);
    this.#skip -= skipped;
  }
}

/** Tells garbage at its first bytes instead of waiting for the end of a head that never comes. */
function checkBeginning(bytes: Buffer): void {
  if (!/^[A-Z_]{1,20}( |$)/.test(bytes.subarray(0, 21).toString("latin1"))) {
    throw new RtspSyntaxError(400, "not a request");
  }
}

function parseHead(head: string): RtspRequest {
  const [requestLine = "", ...lines] = head.split("\r\n");
  const match = /^([A-Z_]{1,20}) (\S{1,2048}) (RTSP|HTTP)\/(\d\.\d)$/.exec(requestLine);
  if (match === null) throw new RtspSyntaxError(400, "not a request line");
  const [, method = "", target = "", protocol, version] = match;
  if (protocol !== "RTSP" || version !== "1.0") throw new RtspSyntaxError(505, "not RTSP/1.0");
  if (lines.length > MAX_HEADERS) throw new RtspSyntaxError(431, "too many headers");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new RtspSyntaxError(400, "not a header line");
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method, target, headers };
}

function bodyBytes(request: RtspRequest): number {
  const text = request.headers.get("content-length") ?? "0";
  if (!/^\d{1,9}$/.test(text)) throw new RtspSyntaxError(400, "content-length is not a number");
  const bytes = Number(text);
  if (bytes > MAX_BODY_BYTES) throw new RtspSyntaxError(413, "body too large");
  return bytes;
}
