import { UntilText } from "../../clock/age-text.tsx";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-parts.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { type Invitation, usePeopleChanges } from "./use-people.ts";

/** A link that was made and not yet used. */
export function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { withdraw } = usePeopleChanges();
  const { invitationId, role, personName, expiresAt } = invitation;
  return (
    <tr>
      <td className="text-dim">
        {role === null ? `New password for ${personName}` : "Somebody new"}
      </td>
      <td>{role ?? "–"}</td>
      <td>
        <span className="flex items-center gap-1.5 whitespace-nowrap">
          <StatusMark tone="connecting" />
          <span>
            Link waits, ends <UntilText at={expiresAt} />
          </span>
        </span>
      </td>
      <td className="text-right">
        <Button disabled={withdraw.isPending} onClick={() => withdraw.mutate({ invitationId })}>
          Withdraw
        </Button>
        <FormError error={withdraw.error} />
      </td>
    </tr>
  );
}
