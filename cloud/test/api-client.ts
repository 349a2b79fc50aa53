import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from "@trpc/client";
import type { AppRouter } from "../src/api/router.ts";

/** What a cloud under test takes for its deployment's own programs. */
export const SERVICE_TOKEN = "service-token-of-the-clouds-under-test";

/** A client as a browser has it, everything over one WebSocket; by default it may everything. */
export function connectApi(
  httpUrl: string,
  token: string | null = SERVICE_TOKEN,
): {
  api: TRPCClient<AppRouter>;
  close(): Promise<void>;
} {
  const client = createWSClient({
    url: `${httpUrl.replace("http", "ws")}/api/trpc`,
    ...(token === null ? {} : { connectionParams: { token } }),
  });
  return {
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client })] }),
    close: () => client.close(),
  };
}

/** What a request without a WebSocket says of who asks. */
export const SERVICE_HEADERS = { authorization: `Bearer ${SERVICE_TOKEN}` };
