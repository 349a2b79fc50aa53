import type { AppRouter } from "@sentinel/cloud/api/router";
import { TRPCClientError } from "@trpc/client";
import type { inferRouterOutputs } from "@trpc/server";
import { type FormEvent, useEffect, useId, useState } from "react";
import { ROLES } from "../../people/person.ts";
import { doorClient, refusalOf, signInClient } from "../../people/sign-in-client.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { EntryFrame } from "./entry-frame.tsx";

type Welcome = inferRouterOutputs<AppRouter>["people"]["welcome"];

interface JoinPageProps {
  /** The secret of the one-time link. */
  token: string;
  onEntered: () => void;
}

/** Where a one-time link leads: somebody new says who they are, or a person sets a new password. */
export function JoinPage({ token, onEntered }: JoinPageProps) {
  const [welcome, setWelcome] = useState<Welcome | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    doorClient.people.welcome.query({ token }).then(setWelcome, (error: unknown) => {
      setRefusal(wordsOf(error));
    });
  }, [token]);
  if (refusal !== null) {
    return (
      <EntryFrame title="This link does not hold">
        <FormError error={{ message: refusal }} />
        <p className="text-dim">
          Links work once and for a week. Ask an admin for a new one, or{" "}
          <a className="underline underline-offset-2" href="/live">
            sign in
          </a>
          .
        </p>
      </EntryFrame>
    );
  }
  if (welcome === null) return null;
  return <JoinForm token={token} welcome={welcome} onEntered={onEntered} />;
}

function JoinForm({ token, welcome, onEntered }: JoinPageProps & { welcome: Welcome }) {
  const ids = { name: useId(), email: useId(), password: useId() };
  const isNew = welcome.purpose === "join";
  const [name, setName] = useState("");
  const [email, setEmail] = useState(welcome.purpose === "password" ? welcome.email : "");
  const [password, setPassword] = useState("");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await doorClient.people.enter.mutate({ token, password, ...(isNew ? { name, email } : {}) });
      const { error } = await signInClient.signIn.email({ email, password });
      if (error === null) return onEntered();
      setRefusal(refusalOf(error));
    } catch (error) {
      setRefusal(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <EntryFrame title={isNew ? "Come in" : "Set a new password"}>
      <p className="text-dim">
        {welcome.purpose === "join"
          ? `You will be ${welcome.role}: ${ROLES.find(({ role }) => role === welcome.role)?.may}.`
          : `For ${welcome.name}, ${welcome.email}. Where you are signed in, you will be signed out.`}
      </p>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {isNew ? (
          <>
            <FieldRow id={ids.name} label="Name" hint="As others see it beside what you changed.">
              <input
                id={ids.name}
                className={FIELD}
                autoComplete="name"
                // biome-ignore lint/a11y/noAutofocus: the page is this form and nothing else.
                autoFocus
                required
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </FieldRow>
            <FieldRow id={ids.email} label="Email" hint="You sign in with it. No mail is sent.">
              <input
                id={ids.email}
                className={FIELD}
                type="email"
                autoComplete="username"
                required
                maxLength={254}
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            </FieldRow>
          </>
        ) : (
          <input type="hidden" autoComplete="username" value={email} readOnly />
        )}
        <FieldRow
          id={ids.password}
          label="Password"
          hint={`At least ${welcome.minPasswordLength} characters. Four words that do not belong together are a good one.`}
        >
          <input
            id={ids.password}
            className={FIELD}
            type="password"
            autoComplete="new-password"
            required
            minLength={welcome.minPasswordLength}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </FieldRow>
        <FormError error={refusal === null ? null : { message: refusal }} />
        <Button type="submit" variant="solid" disabled={busy} className="h-8 justify-center">
          {isNew ? "Come in" : "Set password"}
        </Button>
      </form>
    </EntryFrame>
  );
}

function wordsOf(error: unknown): string {
  return error instanceof TRPCClientError ? error.message : String(error);
}
