import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { resolve } from "node:path";
import { diskFault } from "../disk/disk-fault.ts";
import { localError } from "../errors.ts";
import { MultipartUploads } from "./multipart-uploads.ts";
import { ObjectStore } from "./object-store.ts";
import { type RequestHead, readRequestHead } from "./request-head.ts";
import { verifyRequest } from "./request-signature.ts";
import { S3Error } from "./s3-error.ts";
import { answerXml, type S3Resources } from "./s3-exchange.ts";
import { chooseOperation } from "./s3-router.ts";
import { xmlDocument } from "./xml-answer.ts";

/** S3's largest body of one request: 5 GiB. */
const MAX_BODY_BYTES = 5 * 1024 ** 3;
/** What is read of a refused body, so that its sender hears why. */
const REFUSED_BODY_BYTES = 64 * 1024 * 1024;
const REFUSED_BODY_MS = 5000;
const STOP_GRACE_MS = 2000;

/** The part of a pino logger that is used here. */
export interface S3Logger {
  warn(fields: object, message: string): void;
}

/** Where the endpoint keeps objects and who may use it. */
export interface S3EndpointOptions {
  /** Folder of its own; made where it is missing. */
  dataDir: string;
  /** TCP port on 127.0.0.1; 0 takes a free one. */
  port: number;
  accessKey: string;
  secretKey: string;
  region: string;
  /** Made where they are missing. */
  buckets: readonly string[];
  /** Largest body of one request in bytes; S3's 5 GiB by default. */
  maxBodyBytes?: number;
  logger?: S3Logger;
}

/**
 * S3's API over one folder, for one machine: what MinIO or S3 do elsewhere. Every request must carry a
 * signature that fits (AWS Signature Version 4); what was answered with success is on the disk.
 */
export class S3Endpoint {
  readonly #options: S3EndpointOptions;
  readonly #resources: S3Resources;
  #server: Server | null = null;

  constructor(options: S3EndpointOptions) {
    const dataDir = resolve(options.dataDir);
    const store = new ObjectStore(dataDir);
    this.#options = options;
    this.#resources = {
      store,
      uploads: new MultipartUploads(dataDir, store),
      region: options.region,
      maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    };
  }

  /** @throws CodedError PORT_IN_USE, DATA_DIR_NOT_WRITABLE, DISK_FULL. */
  async start(): Promise<{ endpoint: string }> {
    try {
      await this.#resources.store.start(this.#options.buckets);
      await this.#resources.uploads.start();
    } catch (error) {
      throw diskFault(resolve(this.#options.dataDir), error) ?? error;
    }
    const server = createServer({ requestTimeout: 600_000, headersTimeout: 15_000 });
    server.on("request", (message, response) => void this.#answer(message, response));
    const port = await listen(server, this.#options.port);
    this.#server = server;
    return { endpoint: `http://127.0.0.1:${port}` };
  }

  /** Lets running requests end for two seconds, then hangs up. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((done) => server.close(() => done()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    response.setHeader("x-amz-request-id", requestId);
    // A client that hangs up is no fault of ours.
    response.on("error", () => undefined);
    message.on("error", () => undefined);
    let head: RequestHead | null = null;
    try {
      head = readRequestHead(message);
      const verified = verifyRequest(head, this.#options, Date.now());
      const operation = chooseOperation(head);
      await operation({ head, message, response, verified, resources: this.#resources });
    } catch (error) {
      this.#refuse(message, response, head, requestId, this.#asS3Error(error, message));
    }
  }

  #asS3Error(error: unknown, message: IncomingMessage): S3Error {
    if (error instanceof S3Error) return error;
    const { code } = error as NodeJS.ErrnoException;
    if (message.destroyed && !message.complete) {
      return new S3Error("IncompleteBody", "The connection ended before the body.");
    }
    this.#options.logger?.warn({ err: error, method: message.method }, "an S3 request failed");
    return code === "ENOSPC" || code === "EDQUOT"
      ? new S3Error("XMinioStorageFull", "The disk has no space left.")
      : new S3Error("InternalError", "We encountered an internal error. Please try again.");
  }

  #refuse(
    message: IncomingMessage,
    response: ServerResponse,
    head: RequestHead | null,
    requestId: string,
    error: S3Error,
  ): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const document = xmlDocument(
      "Error",
      {
        Code: error.code,
        Message: error.message,
        BucketName: head?.bucket ?? undefined,
        Key: head?.key ?? undefined,
        Resource: head?.path,
        RequestId: requestId,
        HostId: "sentinel",
      },
      false,
    );
    const unread = !message.complete;
    const headers = { ...error.headers, ...(unread ? { connection: "close" } : {}) };
    if (message.method === "HEAD") {
      response.writeHead(error.status, { ...headers, "x-minio-error-code": error.code }).end();
    } else answerXml(response, error.status, document, headers);
    if (unread) discard(message);
  }
}

/** Reads on for a while, because hanging up at once would take the answer away from its reader. */
function discard(message: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => message.destroy(), REFUSED_BODY_MS);
  message.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > REFUSED_BODY_BYTES) message.destroy();
  });
  message.once("close", () => clearTimeout(timer));
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? localError("PORT_IN_USE", `port ${port} for the S3 endpoint is in use`, error)
          : error,
      );
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
