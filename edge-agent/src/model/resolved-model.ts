import type { CatalogEntry, ModelLayout } from "@sentinel/protocol/model-catalog";

/** A model that lies verified on this machine's disk. */
export interface ResolvedModel {
  /** Its name in the catalog, or the file's name without `.onnx`. */
  readonly name: string;
  /** Absolute path of the ONNX file. */
  readonly path: string;
  /** SHA-256 of the ONNX file, lower-case hexadecimal. */
  readonly digest: string;
  readonly layout: ModelLayout;
  /** Width and height of the input, in pixels. */
  readonly inputSize: number;
  /** `classNames[classId]`. */
  readonly classNames: readonly string[];
  readonly licence: CatalogEntry["licence"];
}
