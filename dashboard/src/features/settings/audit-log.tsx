import { ScrollText } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useNow } from "../../clock/use-now.ts";
import { formatAbsolute, formatMoment } from "../../format/moment.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/form-parts.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { DataTable, RowsToCome } from "./data-table.tsx";
import { type KeyChange, stateChanges } from "./state-change.ts";
import { type AuditEntry, useAuditLog } from "./use-people.ts";

const COLUMNS = ["When", "Who", "What", "To what", "Change"] as const;

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
      <div className="flex flex-wrap gap-2 border-b p-3">
        <input
          aria-label="Only actions that begin so"
          className={`${FIELD} max-w-64`}
          placeholder="Action begins with, such as model."
          value={action}
          onChange={(event) => setAction(event.target.value)}
        />
        <input
          aria-label="Only subjects that begin so"
          className={`${FIELD} max-w-64`}
          placeholder="Subject begins with, such as local-1"
          value={subject}
          onChange={(event) => setSubject(event.target.value)}
        />
      </div>
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
      <td className="w-1/2 min-w-64 text-xs">
        {stateChanges(entry.before, entry.after, now).map((change) => (
          <Change key={change.key} name={change.key} before={change.before} after={change.after} />
        ))}
      </td>
    </tr>
  );
}

function Change({ name, before, after }: { name: string } & Omit<KeyChange, "key">) {
  return (
    <div className="break-all">
      {name === "" ? null : <span className="text-dim">{name} </span>}
      {before === null ? null : <span className="text-faint line-through">{before}</span>}
      {before !== null && after !== null ? " → " : null}
      {after}
    </div>
  );
}
