import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { ModelManifest } from "@sentinel/protocol/model-manifest";
import { type Envelope, signDocument } from "@sentinel/protocol/signed-document";
import type { Statement } from "@sentinel/protocol/statement";
import type { ResolvedModel } from "../src/model/resolved-model.ts";

/** Who signs: a key pair of its own. */
export class Signer {
  readonly #privateKey: KeyObject;
  /** What nodes trust, as PEM. */
  readonly pem: string;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.#privateKey = privateKey;
    this.pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  }

  statement(changes: Partial<Statement> & Pick<Statement, "digest" | "counter">): Envelope {
    const statement: Statement = {
      _type: "statement",
      cohort: "stable.canary",
      labels: { channel: "stable" },
      exceptLabels: [],
      channel: "stable",
      commit: "c".repeat(40),
      reason: "a test",
      issuedAt: Date.now(),
      expiresAt: Date.now() + 3_600_000,
      revoked: [],
      ...changes,
    };
    return signDocument(statement, this.#privateKey);
  }

  manifest(
    model: ResolvedModel,
    bytes: Uint8Array,
    changes: Partial<ModelManifest> = {},
  ): Envelope {
    const manifest: ModelManifest = {
      _type: "model",
      name: "trained",
      digest: sha256(bytes),
      sizeBytes: bytes.length,
      layout: model.layout,
      inputSize: model.inputSize,
      classNames: [...model.classNames],
      licence: "Apache-2.0",
      baseDigest: null,
      datasetId: null,
      evaluationDigest: null,
      approvedBy: "Ada",
      signedAt: Date.now(),
      ...changes,
    };
    return signDocument(manifest, this.#privateKey);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same model as another file: ModelProto.doc_string (field 6 of onnx.proto3) is set at its end. */
export function withNote(onnx: Uint8Array, note: string): Buffer {
  const text = Buffer.from(note);
  if (text.length > 127) throw new Error("its length is one byte");
  return Buffer.concat([onnx, Buffer.of(0x32, text.length), text]);
}
