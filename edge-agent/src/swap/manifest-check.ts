import { type ModelManifest, modelManifestSchema } from "@sentinel/protocol/model-manifest";
import {
  type Envelope,
  type TrustedKeys,
  verifyEnvelope,
} from "@sentinel/protocol/signed-document";
import { edgeError } from "../errors.ts";
import type { ResolvedModel } from "../model/resolved-model.ts";

/**
 * Reads a manifest that a trusted key signed and that is the wanted model's.
 *
 * @throws MANIFEST_*
 */
export function checkManifest(
  envelope: Envelope,
  keys: TrustedKeys,
  wantedDigest: string,
): ModelManifest {
  const parsed = modelManifestSchema.safeParse(envelope.signed);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") || "manifest";
    throw edgeError("MANIFEST_INVALID", `${where}: ${issue?.message ?? "invalid"}`);
  }
  const fault = verifyEnvelope(envelope, keys);
  if (fault === "key-unknown") {
    throw edgeError("MANIFEST_KEY_UNKNOWN", "no trusted key signed the model's manifest");
  }
  if (fault === "signature-wrong") {
    throw edgeError("MANIFEST_SIGNATURE_WRONG", "the signature does not fit the manifest");
  }
  if (parsed.data.digest !== wantedDigest) {
    throw edgeError(
      "MANIFEST_DIGEST_DIFFERS",
      `the manifest is of ${parsed.data.digest.slice(0, 12)}, wanted is ${wantedDigest.slice(0, 12)}`,
    );
  }
  return parsed.data;
}

/**
 * A new model must know every class of the running one by the same number, because tracks and
 * events outlive the swap; it may know more.
 *
 * @throws MODEL_CLASSES_DIFFER
 */
export function checkClasses(next: readonly string[], running: readonly string[]): void {
  const place = running.findIndex((name, classId) => next[classId] !== name);
  if (place < 0) return;
  throw edgeError(
    "MODEL_CLASSES_DIFFER",
    `class ${place} is ${next[place] ?? "missing"}, the running model's is ${running[place]}`,
  );
}

/** The model that a manifest describes, as it lies on this machine's disk. */
export function modelOfManifest(manifest: ModelManifest, path: string): ResolvedModel {
  const { name, digest, layout, inputSize, classNames, licence } = manifest;
  return {
    name,
    path,
    digest,
    layout,
    inputSize,
    classNames,
    licence: {
      id: licence,
      note: "As the model's signed manifest says.",
      url: "https://spdx.org/licenses/",
    },
  };
}
