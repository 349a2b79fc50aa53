import type { CameraLane } from "../camera-lane.ts";
import type { CameraConfig } from "../config.ts";

interface Frames {
  decoded: number;
  inferred: number;
  dropped: number;
}

/** The lanes of a node's cameras; they come and go at run time without touching one another. */
export class CameraLanes {
  readonly #make: (camera: CameraConfig) => CameraLane;
  readonly #forget: (cameraId: string) => Promise<void>;
  readonly #onChange: () => void;
  readonly #lanes = new Map<string, { lane: CameraLane; url: string }>();
  /** Of lanes that are gone. */
  readonly #before: Frames = { decoded: 0, inferred: 0, dropped: 0 };
  #changes: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param options.forget settles when no frame of the camera is under way any more. */
  constructor(options: {
    make: (camera: CameraConfig) => CameraLane;
    forget: (cameraId: string) => Promise<void>;
    onChange: () => void;
  }) {
    this.#make = options.make;
    this.#forget = options.forget;
    this.#onChange = options.onChange;
  }

  get all(): CameraLane[] {
    return [...this.#lanes.values()].map(({ lane }) => lane);
  }

  get(cameraId: string): CameraLane | undefined {
    return this.#lanes.get(cameraId)?.lane;
  }

  /** Frames since the start, over all cameras that there ever were. */
  get frames(): Frames {
    const frames = { ...this.#before };
    for (const { meter } of this.all) addFrames(frames, meter.totals);
    return frames;
  }

  /** Brings the lanes to these cameras; lanes whose address stays go on undisturbed. */
  apply(cameras: readonly CameraConfig[]): Promise<void> {
    this.#changes = this.#changes.then(async () => {
      if (this.#stopped) return;
      const wanted = new Map(
        cameras.filter(({ enabled }) => enabled).map((camera) => [camera.id, camera]),
      );
      const gone = [...this.#lanes.keys()].filter((id) => !wanted.has(id));
      await Promise.all([
        ...gone.map((id) => this.#remove(id)),
        ...[...wanted.values()].map((camera) => this.#bring(camera)),
      ]);
      this.#onChange();
    });
    return this.#changes;
  }

  /** Ends every source; tracks stay open until `end`. */
  async stopSources(): Promise<void> {
    this.#stopped = true;
    await this.#changes;
    await Promise.all(this.all.map((lane) => lane.stopSource()));
  }

  /** Ends every track, because the agent stops. */
  async end(): Promise<void> {
    await Promise.all(this.all.map((lane) => lane.end("agent-stopped")));
  }

  async #bring(camera: CameraConfig): Promise<void> {
    const known = this.#lanes.get(camera.id);
    if (known?.url === camera.url) {
      known.lane.rename(camera.name ?? camera.id);
      return;
    }
    if (known !== undefined) await this.#remove(camera.id);
    if (this.#stopped) return;
    const lane = this.#make(camera);
    this.#lanes.set(camera.id, { lane, url: camera.url });
    lane.start();
  }

  async #remove(cameraId: string): Promise<void> {
    const lane = this.get(cameraId);
    if (lane === undefined) return;
    await lane.stopSource();
    await this.#forget(cameraId);
    await lane.end("camera-down");
    addFrames(this.#before, lane.meter.totals);
    this.#lanes.delete(cameraId);
  }
}

function addFrames(to: Frames, frames: Frames): void {
  to.decoded += frames.decoded;
  to.inferred += frames.inferred;
  to.dropped += frames.dropped;
}
