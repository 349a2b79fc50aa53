import { createContext, useContext, useSyncExternalStore } from "react";
import type { Connection } from "./connection.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { LiveFeed } from "./live-feed.ts";

export const ConnectionContext = createContext<Connection | null>(null);

function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (connection === null) throw new Error("rendered outside of ConnectionContext");
  return connection;
}

/** Where the line to the cloud stands, as it changes. */
export function useConnectionState(): ConnectionState {
  const connection = useConnection();
  return useSyncExternalStore(connection.onChange, () => connection.state);
}

/** Events as they happen. */
export function useLiveFeed(): LiveFeed {
  return useConnection().feed;
}

/** Whether the live feed runs, so that a list that is read now misses nothing. */
export function useFeedReady(): boolean {
  const feed = useLiveFeed();
  return useSyncExternalStore(feed.onReady, () => feed.ready);
}
