import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { leave } from "../../people/leave.ts";
import { ROLES, usePerson } from "../../people/person.ts";
import { refusalOf, signInClient } from "../../people/sign-in-client.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";

/** Who one is here, what one may do, and one's password. */
export function OwnAccount() {
  const { id, name, role } = usePerson();
  if (id === "guest") {
    return (
      <section className="flex max-w-md flex-col gap-2 p-4">
        <h2 className="text-base font-medium">You look as a guest</h2>
        <p className="text-dim">
          Nobody has signed up yet. The terminal in which <code>npm start</code> runs shows a link;
          who opens it first becomes the admin.
        </p>
      </section>
    );
  }
  return (
    <div className="flex max-w-md flex-col gap-6 p-4">
      <section className="flex flex-col gap-2">
        <h2 className="text-base font-medium">{name}</h2>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {ROLES.map((known) => (
            <div key={known.role} className="contents">
              <dt className={known.role === role ? "font-medium" : "text-faint"}>{known.role}</dt>
              <dd className={known.role === role ? "" : "text-faint"}>
                {known.may}
                {known.role === role ? " (you)" : ""}
              </dd>
            </div>
          ))}
        </dl>
        <p className="text-xs text-dim">
          Each role may do what those above it may. An admin changes them.
        </p>
        <div>
          <Button onClick={() => void leave()}>Sign out</Button>
        </div>
      </section>
      <PasswordForm />
    </div>
  );
}

function PasswordForm() {
  const { minPasswordLength } = usePerson();
  const ids = { old: useId(), fresh: useId() };
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await signInClient.changePassword({
      currentPassword: old,
      newPassword: fresh,
      revokeOtherSessions: true,
    });
    setRefusal(refusalOf(error));
    if (error !== null) return;
    setOld("");
    setFresh("");
    toast("Password changed; your other sessions are signed out");
  };
  return (
    <form
      onSubmit={(event) => void submit(event)}
      className="flex max-w-80 flex-col gap-3 border-t pt-4"
    >
      <h2 className="text-base font-medium">Password</h2>
      <FieldRow id={ids.old} label="Present password">
        <input
          id={ids.old}
          className={FIELD}
          type="password"
          autoComplete="current-password"
          required
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
      </FieldRow>
      <FieldRow
        id={ids.fresh}
        label="New password"
        hint={`At least ${minPasswordLength} characters.`}
      >
        <input
          id={ids.fresh}
          className={FIELD}
          type="password"
          autoComplete="new-password"
          required
          minLength={minPasswordLength}
          value={fresh}
          onChange={(event) => setFresh(event.target.value)}
        />
      </FieldRow>
      <FormError error={refusal === null ? null : { message: refusal }} />
      <div>
        <Button type="submit">Change password</Button>
      </div>
    </form>
  );
}
