import { useEffect, useState } from "react";
import type { EventItem } from "../connection/api.ts";
import { useLiveFeed } from "../connection/use-connection.ts";

/** Rows that come within this are shown together: one rendering for a burst. */
const GATHER_MS = 100;
/** Beyond this the list is read again, so that a page open for days stays small. */
const MAX_OVERLAY = 500;

const NOTHING: ReadonlyMap<string, EventItem> = new Map();

/**
 * The newest states of events since the component was there.
 * @param onFull is called when more than {@link MAX_OVERLAY} gathered and all were forgotten
 */
export function useLiveOverlay(onFull: () => void): ReadonlyMap<string, EventItem> {
  const feed = useLiveFeed();
  const [overlay, setOverlay] = useState(NOTHING);
  useEffect(() => {
    let gathered = new Map<string, EventItem>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const flush = () => {
      timer = null;
      const fresh = gathered;
      gathered = new Map();
      setOverlay((old) => new Map([...old, ...fresh]));
    };
    const stop = feed.onEvent((event) => {
      gathered.set(event.eventId, event);
      timer ??= setTimeout(flush, GATHER_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed]);
  useEffect(() => {
    if (overlay.size <= MAX_OVERLAY) return;
    setOverlay(NOTHING);
    onFull();
  }, [overlay, onFull]);
  return overlay;
}
