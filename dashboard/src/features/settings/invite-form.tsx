import { type FormEvent, useState } from "react";
import { ROLES, type Role } from "../../people/person.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { usePeopleChanges } from "./use-people.ts";

interface InviteFormProps {
  onClose: () => void;
  onMade: (made: { token: string; expiresAt: number }) => void;
}

/** Makes a link for somebody new: only what they may do is said; they say who they are. */
export function InviteForm({ onClose, onMade }: InviteFormProps) {
  const { invite } = usePeopleChanges();
  const [role, setRole] = useState<Role>("operator");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ role }, { onSuccess: onMade });
  };
  return (
    <SidePanel title="Invite somebody" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-xs font-medium text-dim">They will be</legend>
          {ROLES.map((known) => (
            <label key={known.role} className="flex items-start gap-2">
              <input
                type="radio"
                name="role"
                className="mt-1"
                checked={known.role === role}
                onChange={() => setRole(known.role)}
              />
              <span>
                {known.role}
                <span className="block text-xs text-dim">{known.may}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <FormError error={invite.error} />
        <div>
          <Button type="submit" variant="solid" disabled={invite.isPending}>
            Make link
          </Button>
        </div>
      </form>
    </SidePanel>
  );
}
