import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { type FoundCamera, probeMessage, readProbeMatch } from "./ws-discovery.ts";

/** WS-Discovery's own. */
const PORT = 3702;
/** Questions sent before a breath, so that no switch drops them. */
const BURST = 64;
const BREATH_MS = 20;

/**
 * Asks every address by itself whether it is an ONVIF camera. By unicast, not multicast: that needs no part in the
 * host's network, so it works from a pod.
 *
 * @param options.waitMs how long answers may take after the last question.
 * @returns one entry for each address that answered, in order of the answers.
 */
export async function discoverCameras(
  addresses: readonly string[],
  options: { waitMs: number; port?: number },
): Promise<FoundCamera[]> {
  const { waitMs, port = PORT } = options;
  const messageId = randomUUID();
  const message = Buffer.from(probeMessage(messageId));
  const found = new Map<string, FoundCamera>();
  const socket = createSocket("udp4");
  socket.on("message", (answer, { address }) => {
    const camera = readProbeMatch(answer.toString("utf8"), messageId, address);
    if (camera !== null && !found.has(address)) found.set(address, camera);
  });
  // An address that nobody has is told so by its router; the others still count.
  socket.on("error", () => {});
  try {
    for (const [index, address] of addresses.entries()) {
      socket.send(message, port, address, () => {});
      if (index % BURST === BURST - 1) await delay(BREATH_MS);
    }
    await delay(waitMs);
  } finally {
    socket.close();
  }
  return [...found.values()];
}
