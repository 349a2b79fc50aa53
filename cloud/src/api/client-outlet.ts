import { setTimeout as delay } from "node:timers/promises";
import type { ClientOutlet } from "./context.ts";

/** Bytes that may wait in a client's socket before more is sent. */
const MAX_WAITING_BYTES = 1_000_000;
const LOOK_AGAIN_MS = 20;

/** A WebSocket as far as it is needed here: how many bytes wait to leave. */
interface BufferingSocket {
  bufferedAmount: number;
}

/** Watches how much waits in a client's WebSocket; other clients are never waited for. */
export function clientOutlet(socket: unknown): ClientOutlet {
  return {
    drained: async (signal) => {
      while (isBuffering(socket) && socket.bufferedAmount > MAX_WAITING_BYTES && !signal.aborted) {
        await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
      }
    },
  };
}

function isBuffering(socket: unknown): socket is BufferingSocket {
  return (
    typeof socket === "object" &&
    socket !== null &&
    "bufferedAmount" in socket &&
    typeof socket.bufferedAmount === "number"
  );
}
