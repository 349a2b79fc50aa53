import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { sha256 } from "./signing.ts";

/** What the server was asked. */
export interface Asked {
  path: string;
  range: string | null;
  ifRange: string | null;
  /** The status of the answer. */
  status: number;
}

/** A file server with Range and If-Range (RFC 9110, 13 and 14), as S3 has it. */
export class ModelServer {
  readonly asked: Asked[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  /** After so many bytes of the next answers the connection breaks, one entry an answer. */
  readonly breakAfter: number[] = [];
  /** As `breakAfter`, but the connection stays open and silent until `resume`. */
  readonly stallAfter: number[] = [];
  readonly #stalled: (() => void)[] = [];
  /** Every answer has this status, where set. */
  status: number | null = null;
  /** Answers wait until it settles. */
  hold: Promise<void> = Promise.resolve();

  static async start(): Promise<ModelServer> {
    const server = new ModelServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.#server.closeAllConnections();
      server.#server.close();
    });
    return server;
  }

  /** @returns its address, with a query that stands for a presigned one. */
  put(name: string, bytes: Uint8Array): string {
    this.#files.set(`/${name}`, Buffer.from(bytes));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${name}?X-Amz-Signature=secret`;
  }

  /** Sends the rest of every answer that stands still. */
  resume(): void {
    for (const send of this.#stalled.splice(0)) send();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.hold;
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const file = this.#files.get(path);
    const range = request.headers.range ?? null;
    const ifRange = (request.headers["if-range"] as string | undefined) ?? null;
    const etag = `"${sha256(file ?? Buffer.of()).slice(0, 16)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? Number.NaN);
    const isPart = Number.isFinite(from) && (ifRange === null || ifRange === etag);
    let status = this.status ?? (file === undefined ? 404 : isPart ? 206 : 200);
    if (status === 206 && from >= (file?.length ?? 0)) status = 416;
    this.asked.push({ path, range, ifRange, status });
    if (file === undefined || status >= 300) {
      response.writeHead(status).end();
      return;
    }
    const body = status === 206 ? file.subarray(from) : file;
    const breakAfter = this.breakAfter.shift();
    response.writeHead(status, {
      etag,
      "content-length": body.length,
      ...(status === 206
        ? { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` }
        : {}),
    });
    const stallAfter = this.stallAfter.shift();
    if (stallAfter !== undefined) {
      response.write(body.subarray(0, stallAfter));
      this.#stalled.push(() => response.end(body.subarray(stallAfter)));
    } else if (breakAfter === undefined) response.end(body);
    else
      response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
  }
}
