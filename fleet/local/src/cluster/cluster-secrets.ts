import { createHmac, createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "@sentinel/k3s/document/kube-object";
import { Rendered } from "@sentinel/k3s/document/rendered";
import { writeWhole } from "../disk/write-whole.ts";
import { ensureFleetRepository } from "../start/fleet-repository.ts";
import { repositoryPath } from "../start/repository.ts";
import { ensureSigningKeys } from "../start/signing-keys.ts";
import type { Certificate } from "./self-signed-certificate.ts";
import type { Substitutions } from "./substitutions.ts";

/** Values that must have a form of their own, by `NAME/KEY`. */
type Formed = ReadonlyMap<string, string>;

/**
 * Does what the controllers of Sealed Secrets and cert-manager would do: puts a Secret with values into the place of
 * each that is only promised. Values are made from a seed of the data directory, so that a second start finds what the first
 * one wrote; a node's password is the same in the cloud and at its site.
 */
export class ClusterSecrets {
  readonly #seed: Buffer;
  readonly #formed: Formed;
  readonly #certificate: Certificate;
  readonly #substitutions: Substitutions;

  private constructor(options: {
    seed: Buffer;
    formed: Formed;
    certificate: Certificate;
    substitutions: Substitutions;
  }) {
    this.#seed = options.seed;
    this.#formed = options.formed;
    this.#certificate = options.certificate;
    this.#substitutions = options.substitutions;
  }

  /** Opens those of a data directory, and makes what is missing. */
  static async open(
    root: string,
    certificate: Certificate,
    substitutions: Substitutions,
  ): Promise<ClusterSecrets> {
    const file = join(root, "secrets-seed");
    if (!existsSync(file)) writeWhole(file, randomBytes(32).toString("hex"));
    const seed = Buffer.from(readFileSync(file, "utf8").trim(), "hex");
    const { privateFile } = ensureSigningKeys(root);
    const privateKey = readFileSync(privateFile, "utf8");
    const publicKey = createPublicKey(createPrivateKey(privateKey));
    const fleetRepository = await ensureFleetRepository(
      root,
      repositoryPath("fleet/state/channels"),
    );
    const formed = new Map([
      ["signing-key/signing-key.pem", privateKey],
      [
        "trusted-keys/trusted-keys.pem",
        publicKey.export({ type: "spki", format: "pem" }).toString(),
      ],
      ["fleet-repo/url", fleetRepository],
    ]);
    substitutions.record("git server", "Secret fleet-repo, url", "a bare repository on this disk");
    return new ClusterSecrets({ seed, formed, certificate, substitutions });
  }

  /** The value of one key of one Secret. */
  value(name: string, key: string): string {
    const formed = this.#formed.get(`${name}/${key}`);
    return formed ?? createHmac("sha256", this.#seed).update(`${name}/${key}`).digest("hex");
  }

  /** The same objects, with Secrets where they were promised. */
  unsealed(rendered: Rendered): Rendered {
    const objects = rendered.objects.flatMap((object) => {
      if (object.kind === "SealedSecret") return [this.#ofSealed(object)];
      if (object.kind === "Certificate") return [object, this.#ofCertificate(object)];
      return [object];
    });
    return new Rendered(rendered.target, objects);
  }

  #ofSealed({ metadata, spec }: KubeObject): KubeObject {
    const keys = Object.keys(spec.encryptedData);
    this.#substitutions.record(
      "secret",
      `SealedSecret ${metadata.namespace}/${metadata.name} (${keys.join(", ")})`,
      "values made here",
    );
    return secret(
      metadata,
      Object.fromEntries(keys.map((key) => [key, this.value(metadata.name, key)])),
    );
  }

  #ofCertificate({ metadata, spec }: KubeObject): KubeObject {
    this.#substitutions.record(
      "certificate",
      `${metadata.name} of cert-manager for ${spec.dnsNames.join(", ")}`,
      "self-signed for 127.0.0.1, trusted by NODE_EXTRA_CA_CERTS",
    );
    const { certificate, privateKey } = this.#certificate;
    return secret(
      { ...metadata, name: spec.secretName },
      { "tls.crt": certificate, "tls.key": privateKey },
    );
  }
}

function secret(metadata: KubeObject["metadata"], values: Record<string, string>): KubeObject {
  const data = Object.entries(values).map(([key, value]) => [
    key,
    Buffer.from(value).toString("base64"),
  ]);
  return { apiVersion: "v1", kind: "Secret", metadata, data: Object.fromEntries(data) };
}
