import { type FormEvent, useId, useState } from "react";
import { refusalOf, signInClient } from "../../people/sign-in-client.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { EntryFrame } from "./entry-frame.tsx";

interface SignInPageProps {
  /** The person was in until now; the page comes back where it was. */
  sessionEnded: boolean;
  onEntered: () => void;
}

/** Address and password. */
export function SignInPage({ sessionEnded, onEntered }: SignInPageProps) {
  const ids = { email: useId(), password: useId() };
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const { error } = await signInClient.signIn.email({ email, password });
    setBusy(false);
    setRefusal(refusalOf(error));
    if (error === null) onEntered();
  };
  return (
    <EntryFrame title="Sign in">
      {sessionEnded ? (
        <p className="text-dim">Your session is over. Sign in to go on where you were.</p>
      ) : null}
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        <FieldRow id={ids.email} label="Email">
          <input
            id={ids.email}
            className={FIELD}
            type="email"
            autoComplete="username"
            // biome-ignore lint/a11y/noAutofocus: the page is this form and nothing else.
            autoFocus
            required
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </FieldRow>
        <FieldRow id={ids.password} label="Password">
          <input
            id={ids.password}
            className={FIELD}
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </FieldRow>
        <FormError error={refusal === null ? null : { message: refusal }} />
        <Button type="submit" variant="solid" disabled={busy} className="h-8 justify-center">
          {busy ? "Signing in" : "Sign in"}
        </Button>
      </form>
      <p className="text-xs text-dim">
        People come in by a link that an admin makes, who also makes one for a forgotten password.
        The first admin finds theirs in the terminal where <code>npm start</code> runs.
      </p>
    </EntryFrame>
  );
}
