/**
 * Where the line to the cloud stands. `connecting` until the first answer; `live` while all is
 * current; `offline` from the moment the line is lost; `catching-up` once it is back, until what
 * was missed has been read.
 */
export interface ConnectionState {
  readonly phase: "connecting" | "live" | "catching-up" | "offline";
  /** Browser's clock, ms, when the phase began. */
  readonly since: number;
}

/** What can happen to the line. */
export type ConnectionEvent = "opened" | "caught-up" | "lost";

/** The next state; the same object where nothing changes, so that nothing renders. */
export function nextConnectionState(
  state: ConnectionState,
  event: ConnectionEvent,
  at: number,
): ConnectionState {
  switch (event) {
    case "opened":
      return state.phase === "offline" ? { phase: "catching-up", since: at } : state;
    case "caught-up":
      return state.phase === "offline" || state.phase === "live"
        ? state
        : { phase: "live", since: at };
    case "lost":
      return state.phase === "offline" ? state : { phase: "offline", since: at };
  }
}
