import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A key and a certificate for 127.0.0.1 that is its own authority; made by openssl in `dir`. */
export async function makeCertificate(dir: string): Promise<{ key: string; cert: string }> {
  const [keyFile, certFile] = [join(dir, "server.key"), join(dir, "server.crt")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1"],
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
    ...["-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", keyFile, "-out", certFile],
  ]);
  return { key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8") };
}
