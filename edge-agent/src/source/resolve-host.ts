import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { edgeError } from "../errors.ts";
import { redactCameraUrls } from "./redact-url.ts";

/**
 * Replaces the host name of a URL by its address, IPv4 first. An https URL is left as it is: its
 * certificate is made out for the name.
 *
 * @throws CAMERA_UNREACHABLE
 */
export async function resolveHost(url: string): Promise<string> {
  const parsed = new URL(url);
  const { hostname, protocol } = parsed;
  if (protocol === "https:" || isIP(hostname) !== 0 || hostname.startsWith("[")) return url;
  try {
    const { address, family } = await lookup(hostname, { order: "ipv4first" });
    const host = family === 6 ? `[${address}]` : address;
    // Not by URL's setter: it knows hosts of rtsp: only as opaque text, and would encode the rest anew.
    return url.replace(/^([a-z]+:\/\/(?:[^/?#]*@)?)[^/?#:]+/i, (_, before) => `${before}${host}`);
  } catch (error) {
    throw edgeError(
      "CAMERA_UNREACHABLE",
      `${redactCameraUrls(url)}: the host name ${hostname} cannot be resolved`,
      error,
    );
  }
}
