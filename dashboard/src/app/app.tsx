import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ClockContext } from "../clock/use-now.ts";
import { TRPCProvider } from "../connection/api.ts";
import type { Connection } from "../connection/connection.ts";
import { ConnectionContext } from "../connection/use-connection.ts";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { router } from "./router.tsx";

/** The whole dashboard over one connection, which is started already. */
export function App({ connection }: { connection: Connection }) {
  const { queryClient, client, clock } = connection;
  return (
    <ConnectionContext value={connection}>
      <ClockContext value={clock}>
        <QueryClientProvider client={queryClient}>
          <TRPCProvider trpcClient={client} queryClient={queryClient}>
            <TooltipProvider delayDuration={400}>
              <RouterProvider router={router} />
            </TooltipProvider>
          </TRPCProvider>
        </QueryClientProvider>
      </ClockContext>
    </ConnectionContext>
  );
}
