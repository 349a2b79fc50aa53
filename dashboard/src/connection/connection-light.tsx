import { useNow } from "../clock/use-now.ts";
import { formatClock } from "../format/moment.ts";
import { StatusMark, type StatusTone } from "../ui/status-mark.tsx";
import type { ConnectionState } from "./connection-state.ts";
import { useConnectionState } from "./use-connection.ts";

const TONES: Record<ConnectionState["phase"], StatusTone> = {
  connecting: "connecting",
  live: "live",
  "catching-up": "stale",
  offline: "down",
};

function wordsFor(state: ConnectionState): string {
  switch (state.phase) {
    case "connecting":
      return "Connecting";
    case "live":
      return "Live";
    case "catching-up":
      return "Catching up";
    case "offline":
      return `Offline since ${formatClock(state.since)}`;
  }
}

/** The light that says whether what is on screen is current: live, catching up, offline since. */
export function ConnectionLight() {
  const state = useConnectionState();
  return (
    <div
      role="status"
      aria-label="Connection to the cloud"
      className="flex items-center gap-1.5 whitespace-nowrap text-xs text-dim"
    >
      <StatusMark tone={TONES[state.phase]} />
      <span className="max-sm:sr-only">{wordsFor(state)}</span>
    </div>
  );
}

/** A moment's loss is for the light alone; after this the page says what still works. */
const BANNER_AFTER_MS = 2_000;

/** What an operator should know while the line is down. Takes no room while it is up. */
export function ConnectionBanner() {
  const state = useConnectionState();
  const now = useNow(1000);
  const lost = state.phase === "offline" && now - state.since > BANNER_AFTER_MS;
  const never = state.phase === "connecting" && now - state.since > 2 * BANNER_AFTER_MS;
  if (!lost && !never) return null;
  return (
    <div
      role="alert"
      className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-down/40 bg-down/10 px-4 py-2 text-sm"
    >
      <strong className="font-medium">
        {lost
          ? `No connection to the cloud since ${formatClock(state.since)}`
          : "The cloud does not answer"}
      </strong>
      <span className="text-dim">
        {lost ? "What you see is from then. " : ""}The cameras go on being watched and every event
        is kept at its node. Trying again every 3 s.
      </span>
      <button
        type="button"
        onClick={() => location.reload()}
        className="ml-auto rounded-sm px-2 py-0.5 font-medium underline underline-offset-2 hover:bg-down/10"
      >
        Reload page
      </button>
    </div>
  );
}
