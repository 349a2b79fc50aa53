import type { AppRouter } from "@sentinel/cloud/api/router";
import type { Preview } from "@sentinel/protocol/preview";
import type { TRPCClient } from "@trpc/client";
import { createContext, useContext } from "react";
import { cameraKey } from "../../connection/api.ts";

interface CameraRef {
  nodeId: string;
  cameraId: string;
}
/** `fresh` is false for the newest picture from before, given at once. */
type FrameListener = (frame: Preview, fresh: boolean) => void;

/** Tiles come and go together; their wishes are gathered this long before the cloud is asked. */
const GATHER_MS = 30;
/** The cloud sends no more than this at once; no screen shows more that one could see. */
const MAX_WATCHED = 100;

/**
 * Brings the pictures of the cameras that somebody looks at, by one subscription. A hidden page looks
 * at nothing, so its nodes need not send. The newest picture of each camera is kept, so that going
 * from the grid to one camera and back shows it at once.
 */
export class PreviewHub {
  readonly #client: TRPCClient<AppRouter>;
  #watchers = new Map<string, { camera: CameraRef; listeners: Set<FrameListener> }>();
  #newest = new Map<string, Preview>();
  #subscription: { unsubscribe(): void } | null = null;
  #subscribed = "";
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: TRPCClient<AppRouter>) {
    this.#client = client;
  }

  start(): void {
    document.addEventListener("visibilitychange", this.#refresh);
    this.#refresh();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#refresh);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#subscribed = "";
  }

  /** Every picture of a camera, beginning with the newest that is known, until the returned function is called. */
  watch(camera: CameraRef, listener: FrameListener): () => void {
    const key = cameraKey(camera);
    const watcher = this.#watchers.get(key) ?? { camera, listeners: new Set() };
    this.#watchers.set(key, watcher);
    watcher.listeners.add(listener);
    const newest = this.#newest.get(key);
    if (newest !== undefined) listener(newest, false);
    this.#refresh();
    return () => {
      watcher.listeners.delete(listener);
      if (watcher.listeners.size === 0) this.#watchers.delete(key);
      this.#refresh();
    };
  }

  #refresh = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#subscribe();
    }, GATHER_MS);
  };

  #subscribe(): void {
    const watched = document.hidden ? [] : [...this.#watchers.values()].slice(0, MAX_WATCHED);
    const cameras = watched.map(({ camera }) => camera);
    const wanted = cameras.map(cameraKey).sort().join(" ");
    if (wanted === this.#subscribed) return;
    this.#subscribed = wanted;
    const before = this.#subscription;
    this.#subscription =
      cameras.length === 0
        ? null
        : this.#client.live.previews.subscribe(
            { cameras: cameras.map(({ nodeId, cameraId }) => ({ nodeId, cameraId })) },
            { onData: (frame) => this.#deliver(frame), onError: () => this.#failed() },
          );
    before?.unsubscribe();
  }

  #deliver(frame: Preview & { nodeId: string }): void {
    const key = cameraKey(frame);
    this.#newest.set(key, frame);
    for (const listener of this.#watchers.get(key)?.listeners ?? []) listener(frame, true);
  }

  /** The cloud ended the subscription with an error; asked again after a while. */
  #failed(): void {
    this.#subscribed = "";
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#subscribe();
    }, 2_000);
  }
}

export const PreviewHubContext = createContext<PreviewHub | null>(null);

/** The page's hub. @throws where the component is outside of {@link PreviewHubContext} */
export function usePreviewHub(): PreviewHub {
  const hub = useContext(PreviewHubContext);
  if (hub === null) throw new Error("rendered outside of PreviewHubContext");
  return hub;
}
