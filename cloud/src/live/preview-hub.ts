import type { Command } from "@sentinel/protocol/command";
import type { Preview } from "@sentinel/protocol/preview";
import { Wakeup } from "./wakeup.ts";

/** Which camera is meant. */
export interface CameraKey {
  nodeId: string;
  cameraId: string;
}

/** A frame as it is told to whoever watches. */
export type PreviewFrame = Preview & { nodeId: string };

/** The line to the nodes, as the hub needs it. */
export interface PreviewLine {
  /** Begins to hear this camera's previews. */
  hear(camera: CameraKey): void;
  /** Ends it. */
  ignore(camera: CameraKey): void;
  /** Sends a command to a node, where the line is up. */
  send(nodeId: string, command: Command): void;
}

/** One client's view of some cameras. */
export interface PreviewWatch {
  /** Waits for frames and takes the newest of each camera; none once `signal` aborted. */
  newest(signal: AbortSignal): Promise<PreviewFrame[]>;
  close(): void;
}

/** A node shows previews this long after the last `watch`, which is renewed in time. */
const WATCH_MS = 15_000;
const RENEW_MS = 5_000;
/** Cameras that one `watch` may name (see the protocol's command schema); a node refuses more. */
const MAX_CAMERAS = 1_000;

interface Watcher {
  cameras: ReadonlySet<string>;
  newest: Map<string, PreviewFrame>;
  wakeup: Wakeup;
}

/**
 * Hands previews to whoever watches. A node sends them only while it is asked to; a watcher that
 * is slow gets the newest frame of each camera, never a queue.
 */
export class PreviewHub {
  readonly #line: PreviewLine;
  readonly #watchers = new Set<Watcher>();
  /** How many watch each camera. */
  readonly #watched = new Map<string, { camera: CameraKey; watchers: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(line: PreviewLine) {
    this.#line = line;
  }

  start(): void {
    this.#timer = setInterval(() => this.renew(), RENEW_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Begins to watch these cameras, until closed. */
  watch(cameras: readonly CameraKey[]): PreviewWatch {
    const watcher: Watcher = {
      cameras: new Set(cameras.map(keyOf)),
      newest: new Map(),
      wakeup: new Wakeup(),
    };
    this.#watchers.add(watcher);
    const added = new Map(cameras.map((camera) => [keyOf(camera), camera]));
    const nodes = new Set<string>();
    for (const [key, camera] of added) if (this.#enter(key, camera)) nodes.add(camera.nodeId);
    for (const nodeId of nodes) this.#askNode(nodeId);
    return {
      newest: async (signal) => {
        await watcher.wakeup.wait(signal);
        const frames = [...watcher.newest.values()];
        watcher.newest.clear();
        return frames;
      },
      close: () => {
        if (!this.#watchers.delete(watcher)) return;
        for (const key of added.keys()) this.#leave(key);
      },
    };
  }

  /** Takes a frame from the line. */
  show(nodeId: string, preview: Preview): void {
    const key = keyOf({ nodeId, cameraId: preview.cameraId });
    for (const watcher of this.#watchers) {
      if (!watcher.cameras.has(key)) continue;
      watcher.newest.set(key, { nodeId, ...preview });
      watcher.wakeup.call();
    }
  }

  /** Asks every node whose cameras are watched to go on; also when the line came back. */
  renew(): void {
    const nodes = new Set([...this.#watched.values()].map(({ camera }) => camera.nodeId));
    for (const nodeId of nodes) this.#askNode(nodeId);
  }

  /** @returns true where nobody watched this camera before. */
  #enter(key: string, camera: CameraKey): boolean {
    const entry = this.#watched.get(key) ?? { camera, watchers: 0 };
    this.#watched.set(key, entry);
    entry.watchers += 1;
    if (entry.watchers > 1) return false;
    this.#line.hear(camera);
    return true;
  }

  #leave(key: string): void {
    const entry = this.#watched.get(key);
    if (entry === undefined) return;
    entry.watchers -= 1;
    if (entry.watchers > 0) return;
    this.#watched.delete(key);
    this.#line.ignore(entry.camera);
  }

  #askNode(nodeId: string): void {
    const cameraIds = [...this.#watched.values()]
      .filter(({ camera }) => camera.nodeId === nodeId)
      .map(({ camera }) => camera.cameraId);
    const untilAt = Date.now() + WATCH_MS;
    // Each `watch` adds to those before it.
    for (let from = 0; from < cameraIds.length; from += MAX_CAMERAS) {
      this.#line.send(nodeId, {
        id: crypto.randomUUID(),
        type: "watch",
        cameraIds: cameraIds.slice(from, from + MAX_CAMERAS),
        untilAt,
        expiresAt: untilAt,
      });
    }
  }
}

function keyOf(camera: CameraKey): string {
  return `${camera.nodeId}/${camera.cameraId}`;
}
