import { AgeText } from "../../clock/age-text.tsx";
import { ROLES, type Role, usePerson } from "../../people/person.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FormError } from "../../ui/form-parts.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { type ListedPerson, usePeopleChanges } from "./use-people.ts";

interface PersonRowProps {
  person: ListedPerson;
  onNewPassword: () => void;
}

/** One person: their role, whether they may sign in, and what an admin can do for them. */
export function PersonRow({ person, onNewPassword }: PersonRowProps) {
  const { edit } = usePeopleChanges();
  const me = usePerson();
  const { id, name, email, role, disabledAt, lastSeenAt } = person;
  const off = disabledAt !== null;
  return (
    <tr className={off ? "text-dim" : undefined}>
      <td>
        <div className="font-medium">
          {name}
          {id === me.id ? <span className="font-normal text-dim"> (you)</span> : null}
        </div>
        <div className="text-xs text-faint">{email}</div>
      </td>
      <td>
        <select
          aria-label={`Role of ${name}`}
          className={`${FIELD} min-w-28`}
          value={role}
          disabled={edit.isPending}
          onChange={(event) => edit.mutate({ personId: id, role: event.target.value as Role })}
        >
          {ROLES.map((known) => (
            <option key={known.role}>{known.role}</option>
          ))}
        </select>
      </td>
      <td>
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <StatusMark tone={off ? "unknown" : lastSeenAt === null ? "stale" : "live"} />
          {off ? (
            <span>
              Off, <AgeText at={disabledAt} />
            </span>
          ) : lastSeenAt === null ? (
            "Signed out"
          ) : (
            <span>
              Signed in, seen <AgeText at={lastSeenAt} />
            </span>
          )}
        </span>
        <FormError error={edit.error} />
      </td>
      <td>
        <div className="flex justify-end gap-2">
          <Button onClick={onNewPassword}>New password…</Button>
          <Button
            className="w-24 justify-center"
            disabled={edit.isPending}
            onClick={() => edit.mutate({ personId: id, disabled: !off })}
          >
            {off ? "Switch on" : "Switch off"}
          </Button>
        </div>
      </td>
    </tr>
  );
}
