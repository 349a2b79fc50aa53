import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { plural } from "../../format/amount.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD, FieldRow, FormError } from "../../ui/form-parts.tsx";
import { type Model, useModelChanges } from "./use-models.ts";

type Decision = "approve" | "reject" | "revoke";

interface DecisionFormProps {
  model: Model;
  decision: Decision;
  onClose: () => void;
}

/** Lets a model in, keeps it out, or takes it back: with the reason, which stays with it. */
export function DecisionForm({ model, decision, onClose }: DecisionFormProps) {
  const id = useId();
  const { approve, reject, revoke } = useModelChanges();
  const [text, setText] = useState("");
  const reason = text.trim();
  const isNeeded = decision !== "approve" || model.gate?.verdict === "inconclusive";
  const { words, hint, done, isGrave } = WORDS[decision](model);
  const options = {
    onSuccess: () => {
      toast(done);
      onClose();
    },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { digest } = model;
    if (decision === "approve") {
      approve.mutate({ digest, reason: reason === "" ? null : reason }, options);
    } else if (decision === "reject") reject.mutate({ digest, reason }, options);
    else revoke.mutate({ digest, reason }, options);
  };
  const { isPending, error } = { approve, reject, revoke }[decision];
  return (
    <form
      onSubmit={submit}
      aria-label={words}
      className="flex max-w-xl flex-col gap-2 rounded-md border bg-panel p-3"
    >
      <FieldRow id={id} label={isNeeded ? "Reason" : "Reason, where there is one"} hint={hint}>
        <input
          id={id}
          className={FIELD}
          required={isNeeded}
          maxLength={500}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </FieldRow>
      <FormError error={error} />
      <div className="flex gap-2">
        <Button
          type="submit"
          variant={isGrave ? "outline" : "solid"}
          className={isGrave ? "text-down" : ""}
          disabled={isPending || (isNeeded && reason === "")}
        >
          {words}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

const WORDS: Record<
  Decision,
  (model: Model) => { words: string; hint: string; done: string; isGrave: boolean }
> = {
  approve: ({ gate, name }) => ({
    words: "Approve and sign",
    hint:
      gate?.verdict === "inconclusive"
        ? "The gate could not decide: say why it should run all the same."
        : "Its manifest is signed; it reaches nodes when it is promoted.",
    done: `${name} is approved and signed`,
    isGrave: false,
  }),
  reject: ({ name }) => ({
    words: "Reject",
    hint: "It stays in the registry and cannot be approved any more.",
    done: `${name} is rejected`,
    isGrave: true,
  }),
  revoke: ({ name, nodes }) => ({
    words: "Revoke",
    hint:
      nodes === 0
        ? "No node runs it; none will take it from now on."
        : `${plural(nodes, "node runs", "nodes run")} it now and will go back to the last good model.`,
    done: `${name} is revoked`,
    isGrave: true,
  }),
};
