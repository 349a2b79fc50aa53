import type { AskWho } from "../people/who-asks.ts";

/** How long an ended session's open connection lives on at most. */
const LOOK_MS = 15_000;
/** RFC 6455, 7.4.2: 4000 to 4999 are for applications. Our page signs in anew. */
const SIGNED_OUT = 4401;

interface Socket {
  close(code: number, reason: string): void;
  once(event: "close", listener: () => void): unknown;
}

/** Closes a WebSocket once nobody is behind it any more: signed out, switched off, too long unused. */
export function endWithSession(socket: Socket, askWho: AskWho): void {
  const look = setInterval(async () => {
    const gone = await askWho().then(
      (person) => person === null,
      (error: unknown) => isAnswer(error),
    );
    if (gone) socket.close(SIGNED_OUT, "signed out");
  }, LOOK_MS);
  socket.once("close", () => clearInterval(look));
}

/** A database that is away says nothing of a session. */
function isAnswer(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === "SESSION_EXPIRED" || code === "TOKEN_REFUSED";
}
