import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ClockContext } from "../clock/use-now.ts";
import { TRPCProvider } from "../connection/api.ts";
import type { Connection } from "../connection/connection.ts";
import { ConnectionContext } from "../connection/use-connection.ts";
import { CurrentPerson } from "../people/current-person.tsx";
import type { Me } from "../people/person.ts";
import { TooltipProvider } from "../ui/tooltip.tsx";
import { router } from "./router.tsx";

interface AppProps {
  /** Started already. */
  connection: Connection;
  /** Who was let in. */
  me: Me;
}

/** The whole dashboard over one connection. */
export function App({ connection, me }: AppProps) {
  const { queryClient, client, clock } = connection;
  return (
    <ConnectionContext value={connection}>
      <ClockContext value={clock}>
        <QueryClientProvider client={queryClient}>
          <TRPCProvider trpcClient={client} queryClient={queryClient}>
            <CurrentPerson me={me}>
              <TooltipProvider delayDuration={400}>
                <RouterProvider router={router} />
              </TooltipProvider>
            </CurrentPerson>
          </TRPCProvider>
        </QueryClientProvider>
      </ClockContext>
    </ConnectionContext>
  );
}
