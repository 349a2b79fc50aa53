import type { CameraTelemetry } from "@sentinel/protocol/telemetry";

/** Counts what happens to one camera's frames. */
export class CameraMeter {
  readonly #cameraId: string;
  readonly #now: () => number;
  /** When the first frame came after the last one that was inferred. */
  #waitingSince: number | null = null;
  #decoded = 0;
  #inferred = 0;
  #dropped = 0;
  #reported = { decoded: 0, inferred: 0, dropped: 0 };
  #latenciesMs: number[] = [];

  constructor(cameraId: string, now: () => number = () => performance.now()) {
    this.#cameraId = cameraId;
    this.#now = now;
  }

  /** Totals since the agent started. */
  get totals(): { decoded: number; inferred: number; dropped: number } {
    return { decoded: this.#decoded, inferred: this.#inferred, dropped: this.#dropped };
  }

  decoded(): void {
    this.#decoded += 1;
    this.#waitingSince ??= this.#now();
  }

  /** @param latencyMs from the capture of the frame to its detections. */
  inferred(latencyMs: number): void {
    this.#inferred += 1;
    this.#waitingSince = null;
    this.#latenciesMs.push(latencyMs);
  }

  dropped(): void {
    this.#dropped += 1;
  }

  /** The figures since the last report. */
  report(periodMs: number, openTracks: number): CameraTelemetry {
    const before = this.#reported;
    this.#reported = this.totals;
    const perSecond = (count: number) => Math.round((count / periodMs) * 100_000) / 100;
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    this.#latenciesMs = [];
    return {
      cameraId: this.#cameraId,
      fpsIn: perSecond(this.#decoded - before.decoded),
      fpsInferred: perSecond(this.#inferred - before.inferred),
      fpsDropped: perSecond(this.#dropped - before.dropped),
      latencyP50Ms: quantile(sorted, 0.5),
      latencyP95Ms: quantile(sorted, 0.95),
      uninferredMs: this.#waitingSince === null ? 0 : Math.round(this.#now() - this.#waitingSince),
      openTracks,
    };
  }
}

/** The smallest value that at least this share of the values does not exceed. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
