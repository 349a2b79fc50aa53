import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import { ServerClock } from "./server-clock.ts";

/** The clock of the cloud that the page is connected to. */
export const ClockContext = createContext(new ServerClock());

/** The clock itself, for a time that is read once; {@link useNow} follows it. */
export function useClock(): ServerClock {
  return useContext(ClockContext);
}

/** The cloud's time, rounded down to `intervalMs`; the component renders again as it passes. */
export function useNow(intervalMs: number): number {
  const clock = useClock();
  const subscribe = useCallback(
    (listener: () => void) => clock.everyMs(intervalMs, listener),
    [clock, intervalMs],
  );
  const now = useCallback(
    () => Math.floor(clock.now() / intervalMs) * intervalMs,
    [clock, intervalMs],
  );
  return useSyncExternalStore(subscribe, now);
}
