import { useState } from "react";
import { toast } from "sonner";
import { RoleButton } from "../../people/role-button.tsx";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/form-parts.tsx";
import { type RolloutItem, useRolloutChanges } from "./use-rollouts.ts";

/** Pause, resume and abort, always in reach while a rollout is open. */
export function RolloutActions({ rollout }: { rollout: RolloutItem }) {
  const { pause, resume, abort } = useRolloutChanges();
  const [sure, setSure] = useState(false);
  const [reason, setReason] = useState("");
  const { rolloutId, fromDigest, fromName } = rollout;
  const refused = (what: string) => ({
    onError: (fault: { message: string }) => {
      toast.error(`The rollout was not ${what}`, { description: fault.message });
    },
    onSettled: () => setSure(false),
  });
  if (sure) {
    const back =
      fromDigest === null
        ? "The nodes keep what they run: nothing is known to go back to."
        : `Nodes that have it go back to ${fromName ?? fromDigest.slice(0, 12)}.`;
    return (
      <form
        className="flex flex-wrap items-center justify-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          const why = reason.trim();
          abort.mutate({ rolloutId, ...(why === "" ? {} : { reason: why }) }, refused("aborted"));
        }}
      >
        <span className="text-xs text-dim">{back}</span>
        <input
          aria-label="Reason for the abort"
          placeholder="Reason, if there is one to tell"
          maxLength={300}
          className={`${FIELD} max-w-60`}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        <Button onClick={() => setSure(false)}>Keep going</Button>
        <Button type="submit" className="text-down" disabled={abort.isPending}>
          Abort and go back
        </Button>
      </form>
    );
  }
  return (
    <span className="flex gap-2">
      {rollout.state === "paused" ? (
        <RoleButton
          needs="ml"
          variant="solid"
          disabled={resume.isPending}
          onClick={() => resume.mutate({ rolloutId }, refused("resumed"))}
        >
          Resume
        </RoleButton>
      ) : (
        <RoleButton
          needs="ml"
          disabled={pause.isPending}
          onClick={() => pause.mutate({ rolloutId }, refused("paused"))}
        >
          Pause
        </RoleButton>
      )}
      <RoleButton needs="ml" onClick={() => setSure(true)}>
        Abort…
      </RoleButton>
    </span>
  );
}
