import { createServer, type Server } from "node:http";
import { edgeError } from "../errors.ts";

/** Where it listens, and what it asks. */
interface HealthServerOptions {
  host: string;
  /** 0 is any port that is free. */
  port: number;
  /** Why the agent does not watch yet; null once it does. */
  fault: () => string | null;
}

/**
 * For whoever looks after the process: `/healthz` says that it lives, `/readyz` that it watches (503,
 * with the reason, until then). Cameras and cloud may be away for both: the agent is made for that.
 */
export class HealthServer {
  readonly #options: HealthServerOptions;
  #server: Server | null = null;

  constructor(options: HealthServerOptions) {
    this.#options = options;
  }

  /** @returns the port. @throws CodedError HEALTH_PORT_IN_USE. */
  async start(): Promise<number> {
    const { host, port } = this.#options;
    const server = createServer((request, response) => {
      const [status, body] = this.#answer(request.method, request.url);
      response.writeHead(status, {
        "content-type": "application/json",
        "cache-control": "no-store",
      });
      response.end(JSON.stringify(body));
    });
    server.requestTimeout = 5_000;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => {
        const used = error.code === "EADDRINUSE";
        const text = `port ${port} (health) is in use`;
        reject(used ? edgeError("HEALTH_PORT_IN_USE", text, error) : error);
      });
      server.listen(port, host, resolve);
    });
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null || !server.listening) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  #answer(method: string | undefined, url: string | undefined): [number, object] {
    const path = url?.split("?")[0];
    if (method !== "GET" && method !== "HEAD") return [405, { message: "GET only" }];
    if (path === "/healthz") return [200, { alive: true }];
    if (path !== "/readyz") return [404, { message: "There is nothing here." }];
    const fault = this.#options.fault();
    return [fault === null ? 200 : 503, { ready: fault === null, fault }];
  }
}
