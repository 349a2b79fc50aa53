import { ScrollText } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useNow } from "../../clock/use-now.ts";
import { formatAbsolute, formatMoment } from "../../format/moment.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/form-parts.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { DataTable, RowsToCome } from "./data-table.tsx";
import { type AuditEntry, useAuditLog } from "./use-people.ts";

const COLUMNS = ["When", "Who", "What", "To what", "Before", "After"] as const;

/** Every change of state: who, what, when, before and after. */
export function AuditLog() {
  const [action, setAction] = useState("");
  const [subject, setSubject] = useState("");
  const wanted = useDeferredValue({
    actor: null,
    action: action.trim() || null,
    subject: subject.trim() || null,
  });
  const query = useAuditLog(wanted);
  const error = useStandingError(query);
  const now = useNow(60_000);
  const entries = query.data?.pages.flatMap((page) => page.entries);
  return (
    <>
      <TopBarSlot>
        <input
          aria-label="Only actions that begin so"
          className={`${FIELD} max-w-52`}
          placeholder="Action, such as model."
          value={action}
          onChange={(event) => setAction(event.target.value)}
        />
        <input
          aria-label="Only subjects that begin so"
          className={`${FIELD} max-w-52`}
          placeholder="Subject, such as local-1"
          value={subject}
          onChange={(event) => setSubject(event.target.value)}
        />
        <span className="flex-1" />
      </TopBarSlot>
      {entries === undefined ? (
        error === null ? (
          <RowsToCome what="the audit log" />
        ) : (
          <QueryFailed
            what="The audit log"
            error={error}
            stillWorks="Every change is written where it is made."
            onRetry={() => void query.refetch()}
          />
        )
      ) : entries.length === 0 ? (
        <Message icon={<ScrollText />} title="Nothing was changed so">
          <p>Every change of state is written here, by people, programs and Sentinel itself.</p>
        </Message>
      ) : (
        <>
          <DataTable columns={COLUMNS}>
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} now={now} />
            ))}
          </DataTable>
          {query.hasNextPage ? (
            <div className="p-3">
              <Button
                disabled={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                Show earlier
              </Button>
            </div>
          ) : null}
        </>
      )}
    </>
  );
}

function EntryRow({ entry, now }: { entry: AuditEntry; now: number }) {
  return (
    <tr className="align-top">
      <td className="whitespace-nowrap text-dim" title={formatAbsolute(entry.at)}>
        {formatMoment(entry.at, now)}
      </td>
      <td className="max-w-40 truncate" title={entry.actor}>
        {entry.actorName}
      </td>
      <td className="whitespace-nowrap font-medium">{entry.action}</td>
      <td className="max-w-56 truncate text-dim" title={entry.subject}>
        {entry.subject}
      </td>
      <StateCell state={entry.before} />
      <StateCell state={entry.after} />
    </tr>
  );
}

function StateCell({ state }: { state: unknown }) {
  if (state === null) return <td className="text-faint">–</td>;
  return (
    <td className="max-w-72 text-xs">
      <code className="line-clamp-3 break-all" title={JSON.stringify(state, null, 2)}>
        {JSON.stringify(state)}
      </code>
    </td>
  );
}
