import type { IncomingMessage } from "node:http";
import websocket from "@fastify/websocket";
import { type CreateFastifyContextOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { BlobStore } from "../blobs/blob-store.ts";
import { cloudError } from "../errors.ts";
import type { SignIn } from "../people/sign-in.ts";
import { addSignInRoutes } from "../people/sign-in-routes.ts";
import type { WhoAsks } from "../people/who-asks.ts";
import { addStreamGateway } from "../streams/stream-gateway.ts";
import { addAllowedHosts } from "./allowed-hosts.ts";
import { clientOutlet } from "./client-outlet.ts";
import type { ApiContext, ApiParts } from "./context.ts";
import { addDashboardFiles } from "./dashboard-files.ts";
import { endWithSession } from "./end-with-session.ts";
import { addHealthRoutes, type Dependency } from "./health.ts";
import { addMapTiles } from "./map-tiles.ts";
import { requestCredentials } from "./request-credentials.ts";
import { appRouter } from "./router.ts";
import { addSameOriginCheck, isSameOrigin } from "./same-origin.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { addSnapshotRoute, type TamperedHandler } from "./snapshot-route.ts";

/** What people send is small; pictures go the other way. */
const MAX_REQUEST_BYTES = 65_536;

/** What people reach through the server, where this process has the role `api`. */
export interface ServedApi {
  parts: ApiParts;
  signIn: SignIn;
  whoAsks: WhoAsks;
  blobs: BlobStore;
  onTampered: TamperedHandler;
  /** The built dashboard, where there is one. */
  dashboardDir: string | undefined;
}

/** What the server serves, and as what. */
export interface HttpServerOptions {
  host: string;
  /** 0 is any port that is free. */
  port: number;
  /** Names that requests may ask for besides those of this machine; see `addAllowedHosts`. */
  allowedHosts: readonly string[] | undefined;
  /** Proxies whose word on a client's address is taken. */
  trustedProxies: readonly string[] | undefined;
  dependencies: readonly Dependency[];
  api: ServedApi | null;
  /** Video of cameras, where this process has the role `cameras`. */
  streams: Parameters<typeof addStreamGateway>[1] | null;
  logger: Logger;
}

/** The HTTP server: health for all roles; API, snapshots and dashboard where `api` is given. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  #server: FastifyInstance | null = null;

  constructor(options: HttpServerOptions) {
    this.#options = options;
  }

  /** @returns the port. @throws CodedError PORT_IN_USE. */
  async start(): Promise<number> {
    const { host, port, trustedProxies, dependencies, api, streams } = this.#options;
    const server = fastify({
      bodyLimit: MAX_REQUEST_BYTES,
      forceCloseConnections: true,
      routerOptions: { maxParamLength: 500 },
      trustProxy: trustedProxies === undefined ? false : [...trustedProxies],
    });
    this.#server = server;
    addSecurityHeaders(server);
    addAllowedHosts(server, { listen: host, allowed: this.#options.allowedHosts });
    addSameOriginCheck(server);
    server.setErrorHandler((error, _request, reply) => this.#answerError(error, reply));
    addHealthRoutes(server, dependencies);
    if (streams !== null) await addStreamGateway(server, streams);
    if (api !== null) await this.#addApi(server, api);
    try {
      await server.listen({ host, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      throw cloudError("PORT_IN_USE", `port ${port} (HTTP) is in use`, error);
    }
    const address = server.server.address();
    return address !== null && typeof address === "object" ? address.port : port;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  async #addApi(server: FastifyInstance, api: ServedApi): Promise<void> {
    await server.register(websocket, {
      options: {
        maxPayload: MAX_REQUEST_BYTES,
        // A page of another origin must not speak to us in the name of who looks at it.
        verifyClient: ({ req }: { req: IncomingMessage }) =>
          isSameOrigin(req.headers.origin, req.headers.host),
      },
    });
    await server.register(fastifyTRPCPlugin, {
      prefix: "/api/trpc",
      useWSS: true,
      trpcOptions: {
        router: appRouter,
        keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
        createContext: ({ req, res, info }: CreateFastifyContextOptions): ApiContext => {
          const askWho = api.whoAsks.over(requestCredentials(req.headers, info.connectionParams));
          // Over a WebSocket `res` is the socket itself, whatever its type says.
          const socket: unknown = res;
          if (isSocket(socket)) endWithSession(socket, askWho);
          return { ...api.parts, outlet: clientOutlet(socket), askWho };
        },
        onError: ({
          error,
          path,
        }: {
          error: Error & { code: string };
          path?: string | undefined;
        }) => {
          if (error.code !== "INTERNAL_SERVER_ERROR") return;
          this.#options.logger.error({ err: error, path }, "the API could not answer");
        },
      },
    });
    addSignInRoutes(server, api.signIn);
    addSnapshotRoute(server, {
      whoAsks: api.whoAsks,
      reads: api.parts.reads,
      blobs: api.blobs,
      onTampered: api.onTampered,
    });
    if (api.parts.mapTiles !== null) addMapTiles(server, api.parts.mapTiles, api.whoAsks);
    if (api.dashboardDir !== undefined) await addDashboardFiles(server, api.dashboardDir);
  }

  #answerError(
    error: unknown,
    reply: { code: (status: number) => { send: (body: object) => unknown } },
  ): void {
    const status =
      typeof error === "object" && error !== null && "statusCode" in error
        ? Number(error.statusCode)
        : 500;
    if (status < 500) {
      reply.code(status).send({ message: error instanceof Error ? error.message : "bad request" });
      return;
    }
    this.#options.logger.error({ err: error }, "a request failed");
    reply.code(503).send({ message: "The cloud cannot answer now; /readyz says why." });
  }
}

function isSocket(value: unknown): value is Parameters<typeof endWithSession>[0] {
  return typeof value === "object" && value !== null && "bufferedAmount" in value;
}
