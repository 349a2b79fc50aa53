import { useConnectionState } from "../../connection/use-connection.ts";
import { plural } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import type { DeskState } from "./triage-desk.ts";
import { useSendState } from "./use-triage.ts";

/** One line under the picture: answers that wait, or what just happened. Always the same room. */
export function DeskNotice({ notice }: { notice: DeskState["notice"] }) {
  const { waiting, why } = useSendState();
  const { phase } = useConnectionState();
  // What is handed to a line that is away is not refused, it waits there.
  const reason = why ?? (phase === "live" ? null : "there is no connection to the cloud");
  return (
    <p
      role={notice?.tone === "down" ? "alert" : "status"}
      data-waiting={waiting}
      className="flex min-h-8 shrink-0 items-center gap-2 px-3 pt-2 text-xs"
    >
      {waiting > 0 && reason !== null ? (
        <>
          <StatusMark tone="stale" />
          <span className="min-w-0">
            {plural(waiting, "answer")} {waiting === 1 ? "waits" : "wait"}: {reason}. Nothing is
            lost, it is sent by itself; go on.
          </span>
        </>
      ) : notice === null ? null : (
        <>
          <StatusMark tone={notice.tone} />
          <span className="min-w-0">{notice.words}</span>
        </>
      )}
    </p>
  );
}
