import { TRPCClientError } from "@trpc/client";
import { CloudOff } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Connection } from "../connection/connection.ts";
import { JoinPage } from "../features/sign-in/join-page.tsx";
import { SignInPage } from "../features/sign-in/sign-in-page.tsx";
import type { Me } from "../people/person.ts";
import { doorClient, signInClient } from "../people/sign-in-client.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { App } from "./app.tsx";

/** Who stands at the gate. */
type Standing =
  | { kind: "asking" }
  | { kind: "no answer" }
  | { kind: "nobody"; wasIn: boolean }
  | { kind: "in"; me: Me; connection: Connection };

/** An open page keeps its session; the cloud ends sessions that nobody used for half a day. */
const PROLONG_MS = 10 * 60_000;
const RETRY_MS = 3_000;

/** The secret of a one-time link, `/join#…`; it never reaches a server's log. */
function joinToken(): string | null {
  return location.pathname === "/join" && location.hash.length > 1 ? location.hash.slice(1) : null;
}

/** Lets people in: by a one-time link, by signing in, or because they are signed in already. */
export function Gate() {
  const [standing, setStanding] = useState<Standing>({ kind: "asking" });
  const [token, setToken] = useState(joinToken);
  const open = useRef<Connection | null>(null);
  /** Counts questions: only the newest one's answer is heard. */
  const turn = useRef(0);

  const ask = useCallback(async () => {
    turn.current += 1;
    const own = turn.current;
    const wasIn = open.current !== null;
    const me = await doorClient.people.me.query().catch((error: unknown) => {
      const refused = error instanceof TRPCClientError && error.data?.code === "UNAUTHORIZED";
      setStanding(refused ? { kind: "nobody", wasIn } : { kind: "no answer" });
    });
    if (own !== turn.current) return;
    open.current?.stop();
    open.current = null;
    if (me === undefined) return;
    const connection = new Connection(() => void ask());
    connection.start();
    open.current = connection;
    setStanding({ kind: "in", me, connection });
  }, []);

  useEffect(() => void ask(), [ask]);
  useEffect(() => {
    if (standing.kind !== "in" && standing.kind !== "no answer") return;
    const timer =
      standing.kind === "in"
        ? setInterval(() => void signInClient.getSession(), PROLONG_MS)
        : setInterval(() => void ask(), RETRY_MS);
    return () => clearInterval(timer);
  }, [standing.kind, ask]);

  const entered = () => {
    if (token !== null) history.replaceState(null, "", "/live");
    setToken(null);
    void ask();
  };
  if (token !== null) return <JoinPage token={token} onEntered={entered} />;
  switch (standing.kind) {
    case "asking":
      return null;
    case "no answer":
      return (
        <Message
          role="alert"
          icon={<CloudOff />}
          title="The cloud does not answer"
          action={<Button onClick={() => void ask()}>Try again</Button>}
        >
          <p>The cameras go on being watched, and every event is kept at its node.</p>
        </Message>
      );
    case "nobody":
      return <SignInPage sessionEnded={standing.wasIn} onEntered={entered} />;
    case "in":
      return <App connection={standing.connection} me={standing.me} />;
  }
}
