import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from "@trpc/client";
import type { AppRouter } from "../src/api/router.ts";

/** A client as a browser has it: everything over one WebSocket. */
export function connectApi(httpUrl: string): {
  api: TRPCClient<AppRouter>;
  close(): Promise<void>;
} {
  const client = createWSClient({ url: `${httpUrl.replace("http", "ws")}/trpc` });
  return {
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client })] }),
    close: () => client.close(),
  };
}
