import { execFile } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { localError } from "../errors.ts";

const run = promisify(execFile);

/** A certificate that is its own authority, and where it lies. */
export interface Certificate {
  file: string;
  certificate: string;
  privateKey: string;
}

/**
 * The certificate of a data directory, for 127.0.0.1 and these names; made by openssl on the first start.
 * @throws CodedError CLUSTER_PROGRAM_MISSING where there is no openssl.
 */
export async function ensureCertificate(
  root: string,
  names: readonly string[],
): Promise<Certificate> {
  const [file, keyFile] = [join(root, "tls.crt"), join(root, "tls.key")];
  if (!existsSync(file)) {
    const alternatives = ["IP:127.0.0.1", "DNS:localhost", ...names.map((name) => `DNS:${name}`)];
    const args = [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90".split(" "),
      ...["-subj", "/CN=Sentinel on one machine"],
      ...["-addext", `subjectAltName=${alternatives.join(",")}`],
      ...["-keyout", keyFile, "-out", `${file}.new`],
    ];
    await run("openssl", args).catch((error: Error & { code?: unknown }) => {
      if (error.code !== "ENOENT") throw error;
      throw localError("CLUSTER_PROGRAM_MISSING", "openssl is not on PATH", error);
    });
    renameSync(`${file}.new`, file);
  }
  return {
    file,
    certificate: readFileSync(file, "utf8"),
    privateKey: readFileSync(keyFile, "utf8"),
  };
}
