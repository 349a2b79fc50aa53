import type { IncomingHttpHeaders } from "node:http";
import type { Credentials } from "../people/who-asks.ts";

/** RFC 6750, 2.1: the scheme is not case-sensitive. */
const BEARER = /^Bearer\s+(\S{1,300})$/i;

/**
 * What a request, or a WebSocket as it is opened, says of who asks. Browsers send the session's
 * cookie; programs send a token, over a WebSocket as the connection parameter `token`.
 */
export function requestCredentials(
  headers: IncomingHttpHeaders,
  connectionParams: Readonly<Record<string, unknown>> | null = null,
): Credentials {
  const given = connectionParams?.token;
  const bearer = BEARER.exec(headers.authorization ?? "")?.[1];
  return {
    cookie: headers.cookie,
    token: typeof given === "string" ? given.slice(0, 300) : bearer,
  };
}
