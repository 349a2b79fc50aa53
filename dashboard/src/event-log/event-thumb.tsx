import { clsx } from "clsx";
import { ImageOff, LoaderCircle } from "lucide-react";
import { useState } from "react";
import type { EventItem } from "../connection/api.ts";
import { useArrivedSnapshot } from "./use-arrived-snapshot.ts";

/** The snapshot of an event, 96 px wide, or why there is none. Takes the same room in any case. */
export function EventThumb({ event }: { event: EventItem }) {
  const { snapshot, arrived } = useArrivedSnapshot(event);
  const [failed, setFailed] = useState<string | null>(null);
  const url = snapshot !== null && arrived ? snapshot.url : null;
  return (
    <div className="relative flex h-[60px] w-24 shrink-0 items-center justify-center overflow-hidden rounded-sm bg-letterbox">
      {url !== null && failed !== url ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setFailed(url)}
          className="size-full object-contain"
        />
      ) : (
        <span className={clsx("flex flex-col items-center gap-0.5 text-2xs text-dim scheme-dark")}>
          {snapshot !== null && url === null ? (
            <>
              <LoaderCircle aria-hidden="true" className="size-3.5" />
              not arrived
            </>
          ) : (
            <>
              <ImageOff aria-hidden="true" className="size-3.5" />
              {snapshot === null ? "no snapshot" : "unreadable"}
            </>
          )}
        </span>
      )}
    </div>
  );
}
