import { useState } from "react";
import { toast } from "sonner";
import { Button } from "../../ui/button.tsx";
import { type RolloutItem, useRolloutChanges } from "./use-rollouts.ts";

/** Pause, resume and abort, always in reach while a rollout is open. */
export function RolloutActions({ rollout }: { rollout: RolloutItem }) {
  const { pause, resume, abort } = useRolloutChanges();
  const [sure, setSure] = useState(false);
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
      <span className="flex flex-wrap items-center gap-2">
        <span className="text-xs text-dim">{back}</span>
        <Button onClick={() => setSure(false)}>Keep going</Button>
        <Button
          className="text-down"
          disabled={abort.isPending}
          onClick={() => abort.mutate({ rolloutId }, refused("aborted"))}
        >
          Abort and go back
        </Button>
      </span>
    );
  }
  return (
    <span className="flex gap-2">
      {rollout.state === "paused" ? (
        <Button
          variant="solid"
          disabled={resume.isPending}
          onClick={() => resume.mutate({ rolloutId }, refused("resumed"))}
        >
          Resume
        </Button>
      ) : (
        <Button
          disabled={pause.isPending}
          onClick={() => pause.mutate({ rolloutId }, refused("paused"))}
        >
          Pause
        </Button>
      )}
      <Button onClick={() => setSure(true)}>Abort…</Button>
    </span>
  );
}
