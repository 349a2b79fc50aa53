import { CodedError } from "@sentinel/protocol/coded-error";
import type { SwapState } from "@sentinel/protocol/status";
import { Backoff } from "../backoff.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";
import { modelOfManifest } from "./manifest-check.ts";
import { downloadModel } from "./model-download.ts";
import { isWhole, type ModelStore } from "./model-store.ts";
import type { Offer, Offers } from "./offers.ts";

/** Faults after which the same address is tried again. */
const TRIED_AGAIN: readonly string[] = [
  "MODEL_DOWNLOAD_FAILED",
  "MODEL_DOWNLOAD_TRUNCATED",
  "MODEL_DISK_FULL",
  "MODEL_CACHE_UNWRITABLE",
];

/** What fetching needs from the swap. */
export interface FetchContext {
  store: ModelStore;
  offers: Offers;
  /** The last good offer of the wanted model, whether expired or not. */
  offer: () => Offer | null;
  onState: (state: SwapState) => void;
  onProgress: (fetchedBytes: number) => void;
  /** It does not get on; it is tried again. */
  onFault: (fault: CodedError) => void;
  signal: AbortSignal;
  backoff?: Backoff;
}

/**
 * Brings the wanted model to the disk: fetching -> verified -> staged. It waits for an offer as long
 * as there is none that holds.
 *
 * @returns null where it was aborted.
 * @throws MODEL_HASH_MISMATCH, MODEL_TOO_LARGE
 */
export async function fetchOffered(context: FetchContext): Promise<ResolvedModel | null> {
  const { store, offers, signal } = context;
  const backoff = context.backoff ?? new Backoff({ firstMs: 500, longestMs: 30_000 });
  while (!signal.aborted) {
    const offer = context.offer();
    if (offer !== null) {
      const { digest } = offer.manifest;
      const path = store.pathOf(digest);
      if (await isWhole(path, digest)) {
        context.onState("staged");
        return modelOfManifest(offer.manifest, path);
      }
    }
    if (offer === null || offer.expiresAt <= Date.now()) {
      await offers.next(signal, null);
      continue;
    }
    try {
      await fetchOnce(offer, context);
      if (signal.aborted) return null;
      return modelOfManifest(offer.manifest, store.pathOf(offer.manifest.digest));
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof CodedError) || !TRIED_AGAIN.includes(error.code)) throw error;
      // The running model and the outbox need the disk more.
      if (error.code === "MODEL_DISK_FULL") {
        await store.dropPart(offer.manifest.digest).catch(context.onFault);
      }
      context.onFault(error);
      await offers.next(signal, backoff.next());
    }
  }
  return null;
}

/** @throws as `fetchOffered`, and what is tried again. */
async function fetchOnce({ manifest, url }: Offer, context: FetchContext): Promise<void> {
  const { store, signal, onProgress } = context;
  const { digest, sizeBytes } = manifest;
  const download = {
    url,
    sizeBytes,
    partPath: store.partOf(digest),
    etagPath: store.etagOf(digest),
    signal,
    onProgress,
  };
  await store.make();
  const resumedFrom = await downloadModel(download);
  try {
    await store.verify(digest);
  } catch (error) {
    // What an earlier attempt left may be to blame; the whole of it is fetched once more.
    if (resumedFrom === 0 || signal.aborted) throw error;
    await downloadModel(download);
    await store.verify(digest);
  }
  if (signal.aborted) return;
  context.onState("verified");
  await store.stage(digest);
  context.onState("staged");
}
