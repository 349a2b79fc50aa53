import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { localError } from "../errors.ts";
import { makeCertificate } from "./throwaway-certificate.ts";

/** A certificate that is its own authority, and where it lies. */
export interface Certificate {
  file: string;
  keyFile: string;
  certificate: string;
  privateKey: string;
}

/**
 * The certificate of a data directory, for 127.0.0.1; made by openssl on the first start.
 * @throws CodedError CLUSTER_PROGRAM_MISSING where there is no openssl.
 */
export async function ensureCertificate(root: string): Promise<Certificate> {
  const [file, keyFile] = [join(root, "server.crt"), join(root, "server.key")];
  if (!existsSync(file)) {
    await makeCertificate(root).catch((error: Error & { code?: unknown }) => {
      if (error.code !== "ENOENT") throw error;
      throw localError("CLUSTER_PROGRAM_MISSING", "openssl is not on PATH", error);
    });
  }
  return {
    file,
    keyFile,
    certificate: readFileSync(file, "utf8"),
    privateKey: readFileSync(keyFile, "utf8"),
  };
}
