import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import { createProxyServer } from "httpxy";
import { z } from "zod";
import { type IngressRoute, matches } from "./ingress-routes.ts";

/**
 * Stands in for the ingress controller: TLS ends here, paths of hosts go to ready pods in turn, WebSockets too. Each host
 * has a port of its own, because this machine has one address. Routes come over IPC, again whenever a pod becomes ready
 * or does not answer any more; when the parent dies, so does this.
 */
const settings = z
  .object({
    certificateFile: z.string(),
    keyFile: z.string(),
    listeners: z.array(z.object({ host: z.string(), port: z.int() })),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

let routes: IngressRoute[] = [];
let turn = 0;
process.on("message", (message: { routes: IngressRoute[] }) => {
  routes = message.routes;
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

const proxy = createProxyServer({ xfwd: true });
const tls = { cert: readFileSync(settings.certificateFile), key: readFileSync(settings.keyFile) };

/** Where a request goes; null where no ready pod answers it. */
function target(host: string, { url = "/" }: IncomingMessage): string | null {
  const path = url.split("?")[0] ?? "/";
  const route = routes.find((one) => one.host === host && matches(one, path));
  if (route === undefined || route.ports.length === 0) return null;
  turn += 1;
  return `http://127.0.0.1:${route.ports[turn % route.ports.length]}`;
}

for (const { host, port } of settings.listeners) {
  const server = createServer(tls, (request, response) => {
    const to = target(host, request);
    const refuse = (status: number, text: string) => {
      if (response.headersSent) return response.destroy();
      return response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
    };
    if (to === null) return refuse(503, "no available server");
    return void proxy
      .web(request, response, { target: to })
      .catch(() => refuse(502, "Bad Gateway"));
  });
  server.on("upgrade", (request, socket: Socket, head) => {
    socket.on("error", () => socket.destroy());
    const to = target(host, request);
    if (to === null) return socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    return void proxy.ws(request, socket, { target: to }, head).catch(() => socket.destroy());
  });
  server.listen(port, "127.0.0.1", () => process.send?.({ type: "ready", port }));
}
