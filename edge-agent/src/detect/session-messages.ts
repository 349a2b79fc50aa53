import type { ModelLayout } from "@sentinel/protocol/model-catalog";
import type { RawDetection, Thresholds } from "@sentinel/protocol/model-io/raw-detection";
import type { RgbFrame } from "../decode/rgb-frame.ts";

/** What a detector thread found out about the model that it loaded. */
export interface LoadedModel {
  readonly digest: string;
  readonly layout: ModelLayout;
  readonly inputSize: number;
  readonly classCount: number;
}

/** What a detector thread is asked to do. It answers each request once, in order. */
export type SessionRequest =
  | { readonly type: "load"; readonly path: string }
  | { readonly type: "detect"; readonly frame: RgbFrame; readonly thresholds: Thresholds }
  | { readonly type: "close" };

/** What comes back. */
export type SessionAnswer =
  | { readonly type: "loaded"; readonly model: LoadedModel }
  | { readonly type: "detected"; readonly detections: readonly RawDetection[] }
  | { readonly type: "closed" }
  | { readonly type: "failed"; readonly code: string | null; readonly message: string };
