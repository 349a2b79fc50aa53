import { Plus } from "lucide-react";
import { useState } from "react";
import { useNow } from "../../clock/use-now.ts";
import { plural } from "../../format/amount.ts";
import { formatMoment } from "../../format/moment.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-parts.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { DataTable, RowsToCome } from "./data-table.tsx";
import { InvitationRow } from "./invitation-row.tsx";
import { InviteForm } from "./invite-form.tsx";
import { PersonRow } from "./person-row.tsx";
import { SecretOnce } from "./secret-once.tsx";
import { usePeople, usePeopleChanges } from "./use-people.ts";

const COLUMNS = ["Person", "Role", "State", ""] as const;

/** Everybody who may sign in, what they may do, and the links that wait. */
export function PeopleList() {
  const query = usePeople();
  const error = useStandingError(query);
  const { offerPassword } = usePeopleChanges();
  const now = useNow(60_000);
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<{ token: string; expiresAt: number } | null>(null);
  const { data } = query;
  if (data === undefined) {
    if (error === null) return <RowsToCome what="people" />;
    return (
      <QueryFailed
        what="People"
        error={error}
        stillWorks="Who is signed in stays so."
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <div className="flex h-full min-h-0">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(data.people.length, "person", "people")}
          {data.invitations.length === 0
            ? ""
            : `, ${plural(data.invitations.length, "link")} waiting`}
        </span>
        <Button variant="solid" onClick={() => setInviting(true)}>
          <Plus aria-hidden="true" />
          Invite
        </Button>
      </TopBarSlot>
      <div className="min-w-0 flex-1 overflow-auto">
        {link === null ? null : (
          <SecretOnce
            what="Link"
            secret={`${location.origin}/join#${link.token}`}
            hint={`Send it to the person it is for. It works once, until ${formatMoment(link.expiresAt, now)}.`}
            onClose={() => setLink(null)}
          />
        )}
        <FormError error={offerPassword.error} />
        <DataTable columns={COLUMNS}>
          {data.invitations.map((invitation) => (
            <InvitationRow key={invitation.invitationId} invitation={invitation} />
          ))}
          {data.people.map((person) => (
            <PersonRow
              key={person.id}
              person={person}
              onNewPassword={() =>
                offerPassword.mutate({ personId: person.id }, { onSuccess: setLink })
              }
            />
          ))}
        </DataTable>
      </div>
      {inviting ? (
        <InviteForm
          onClose={() => setInviting(false)}
          onMade={(made) => {
            setInviting(false);
            setLink(made);
          }}
        />
      ) : null}
    </div>
  );
}
