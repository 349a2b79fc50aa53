import { createServer } from "node:net";
import { localError } from "../errors.ts";

const DEFAULT_PORT = 8480;
const PORTS_TRIED = 50;

/** True where nobody listens on this port of the loopback address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * The dashboard's port: the one asked for, or else 8480 or the next free one.
 * @throws CodedError PORT_IN_USE where the one asked for is taken.
 */
export async function chooseDashboardPort(asked: number | null): Promise<number> {
  if (asked !== null) {
    if (await isFree(asked)) return asked;
    throw localError(
      "PORT_IN_USE",
      `port ${asked} is in use; stop what listens there, or give --port another number`,
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED; port += 1) {
    if (await isFree(port)) return port;
  }
  throw localError(
    "PORT_IN_USE",
    `ports ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are all in use; give --port a free one`,
  );
}
