import { type FormEvent, useId, useState } from "react";
import { ROLES, type Role, useMay, usePerson } from "../../people/person.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { usePeopleChanges } from "./use-people.ts";

const LIVES = [
  { days: 7, words: "A week" },
  { days: 30, words: "A month" },
  { days: 90, words: "Three months" },
  { days: 366, words: "A year" },
] as const;

interface TokenFormProps {
  onClose: () => void;
  onMade: (made: { token: string; expiresAt: number }) => void;
}

/** Makes a token: what for, what it may do, how long it holds. */
export function TokenForm({ onClose, onMade }: TokenFormProps) {
  const { createToken } = usePeopleChanges();
  const ids = { name: useId(), role: useId(), days: useId() };
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(usePerson().role);
  const [days, setDays] = useState(90);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    createToken.mutate({ name, role, days }, { onSuccess: onMade });
  };
  return (
    <SidePanel title="Make a token" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <FieldRow
          id={ids.name}
          label="Name"
          hint="What it is for, so that you know which to revoke."
        >
          <input
            id={ids.name}
            className={FIELD}
            required
            maxLength={100}
            placeholder="Nightly export"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </FieldRow>
        <FieldRow id={ids.role} label="May do">
          <select
            id={ids.role}
            className={FIELD}
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            {ROLES.map((known) => (
              <RoleOption key={known.role} {...known} />
            ))}
          </select>
        </FieldRow>
        <FieldRow id={ids.days} label="Holds">
          <select
            id={ids.days}
            className={FIELD}
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {LIVES.map((life) => (
              <option key={life.days} value={life.days}>
                {life.words}
              </option>
            ))}
          </select>
        </FieldRow>
        <FormError error={createToken.error} />
        <div>
          <Button type="submit" variant="solid" disabled={createToken.isPending}>
            Make token
          </Button>
        </div>
      </form>
    </SidePanel>
  );
}

function RoleOption({ role, may }: (typeof ROLES)[number]) {
  const own = useMay(role);
  return (
    <option value={role} disabled={!own}>
      {role}: {may}
    </option>
  );
}
