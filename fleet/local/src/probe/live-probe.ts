import { setTimeout as delay } from "node:timers/promises";
import type { AppRouter } from "@sentinel/cloud/api/router";
import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from "@trpc/client";

/** The agent tells its cameras right after its start; this is how long the probe waits for that. */
const ATTEMPTS = 40;
const ATTEMPT_PAUSE_MS = 250;

/** A percentile by the nearest-rank method; null of nothing. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/**
 * A real client of the live feed: one WebSocket, all cameras' previews, as a browser has them. It
 * measures from a frame's capture at the edge to its arrival here; both ends read the same clock.
 */
export class LiveProbe {
  readonly #url: string;
  readonly #token: string;
  #client: ReturnType<typeof createWSClient> | null = null;
  #subscriptions: { unsubscribe: () => void }[] = [];
  #latencies: number[] = [];
  #cameras = new Map<string, number>();

  /** @param cloud its HTTP address, and a token that may look. */
  constructor({ url, token }: { url: string; token: string }) {
    this.#url = `${url.replace("http", "ws")}/api/trpc`;
    this.#token = token;
  }

  /** Milliseconds from capture to arrival, of every picture so far. */
  get latenciesMs(): readonly number[] {
    return this.#latencies;
  }

  /** Pictures by camera so far. */
  get pictures(): ReadonlyMap<string, number> {
    return this.#cameras;
  }

  /** Asks which cameras there are and watches them all until stopped; the socket reconnects by itself. */
  async start(expectedCameras: number): Promise<void> {
    const client = createWSClient({
      url: this.#url,
      connectionParams: { token: this.#token },
    });
    this.#client = client;
    const trpc = createTRPCClient<AppRouter>({ links: [wsLink({ client })] });
    let cameras: { nodeId: string; cameraId: string }[] = [];
    for (let attempt = 0; attempt < ATTEMPTS && cameras.length < expectedCameras; attempt += 1) {
      if (attempt > 0) await delay(ATTEMPT_PAUSE_MS);
      cameras = await trpc.cameras.list.query();
    }
    this.#watch(
      trpc,
      cameras.map(({ nodeId, cameraId }) => ({ nodeId, cameraId })),
    );
  }

  #watch(trpc: TRPCClient<AppRouter>, cameras: { nodeId: string; cameraId: string }[]): void {
    this.#subscriptions.push(
      trpc.live.previews.subscribe(
        { cameras },
        {
          onData: (preview) => {
            this.#latencies.push(Date.now() - preview.capturedAt);
            const key = `${preview.nodeId}/${preview.cameraId}`;
            this.#cameras.set(key, (this.#cameras.get(key) ?? 0) + 1);
          },
        },
      ),
    );
  }

  async stop(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.#subscriptions = [];
    await this.#client?.close();
    this.#client = null;
  }
}
