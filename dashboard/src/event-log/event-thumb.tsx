import { clsx } from "clsx";
import { ImageOff, LoaderCircle } from "lucide-react";
import { useState } from "react";
import type { EventItem } from "../connection/api.ts";
import { useArrivedSnapshot } from "./use-arrived-snapshot.ts";

/** What is said in the place of the picture; one that arrived and is not shown could not be read. */
const ABSENT = {
  none: "no snapshot",
  awaited: "not arrived",
  gone: "not kept",
  arrived: "unreadable",
} as const;

/** The snapshot of an event, 96 px wide, or why there is none. Takes the same room in any case. */
export function EventThumb({ event }: { event: EventItem }) {
  const { state, snapshot } = useArrivedSnapshot(event);
  const [failed, setFailed] = useState<string | null>(null);
  const url = state === "arrived" ? snapshot.url : null;
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
          {state === "awaited" ? (
            <LoaderCircle aria-hidden="true" className="size-3.5" />
          ) : (
            <ImageOff aria-hidden="true" className="size-3.5" />
          )}
          {ABSENT[state]}
        </span>
      )}
    </div>
  );
}
