import { useNavigate } from "@tanstack/react-router";
import { GitBranch, Rocket } from "lucide-react";
import { useState } from "react";
import { plural } from "../../format/amount.ts";
import { RoleButton } from "../../people/role-button.tsx";
import { Message } from "../../ui/message.tsx";
import { PANES } from "../../ui/panes.ts";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { ChannelStrip } from "./channel-strip.tsx";
import { PromoteForm } from "./promote-form.tsx";
import { RolloutList } from "./rollout-list.tsx";
import { RolloutView } from "./rollout-view.tsx";
import { isOpen } from "./rollout-words.ts";
import { useRepo, useRollouts } from "./use-rollouts.ts";

interface RolloutsPageProps {
  /** The rollout that the address names. */
  rollout: string | undefined;
  /** A model to promote: the form is open with it. */
  promote: string | undefined;
}

/** What Git wants of the fleet, and how far each change of it has come. */
export function RolloutsPage({ rollout: named, promote }: RolloutsPageProps) {
  const navigate = useNavigate();
  const query = useRollouts();
  const { data: rollouts, refetch } = query;
  const { data: repo } = useRepo();
  const error = useStandingError(query);
  const [promoting, setPromoting] = useState(promote !== undefined);
  const open = (rollout: string) =>
    void navigate({ to: "/rollouts", search: { rollout }, replace: true });
  const at = Math.max(rollouts?.findIndex(({ rolloutId }) => rolloutId === named) ?? -1, 0);
  const shown = rollouts?.[at];
  const move = (step: number) => {
    const next = rollouts?.[at + step];
    if (next !== undefined) open(next.rolloutId);
  };
  useShortcuts({ j: () => move(1), k: () => move(-1), Escape: () => setPromoting(false) });

  if (rollouts === undefined) {
    if (error === null) return <Skeleton />;
    return (
      <QueryFailed
        what="The rollouts"
        error={error}
        stillWorks="Nodes go on with what they were told."
        onRetry={() => void refetch()}
      />
    );
  }
  const running = rollouts.filter(isOpen).length;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <TopBarSlot>
        <span className="flex-1 truncate text-dim">
          {plural(rollouts.length, "rollout")}
          {running === 0 ? "" : `, ${running} under way`}
        </span>
        {repo === null ? null : (
          <RoleButton needs="ml" variant="solid" onClick={() => setPromoting(true)}>
            <Rocket aria-hidden="true" />
            Promote
          </RoleButton>
        )}
      </TopBarSlot>
      <ChannelStrip />
      <div className={PANES}>
        {shown === undefined ? (
          <div className="flex-1">
            {repo === null ? (
              <Message icon={<GitBranch />} title="No fleet repository is followed">
                <p>
                  Run the cloud with the role fleet and SENTINEL_FLEET_REPO; models then reach nodes
                  through Git.
                </p>
              </Message>
            ) : (
              <Message icon={<Rocket />} title="Nothing was rolled out yet">
                <p>
                  Promote an approved model, or commit its digest to a channel's file: its rollout
                  begins with the first wave.
                </p>
              </Message>
            )}
          </div>
        ) : (
          <>
            <RolloutList rollouts={rollouts} shown={shown.rolloutId} onOpen={open} />
            <RolloutView key={shown.rolloutId} item={shown} />
          </>
        )}
        {promoting ? <PromoteForm model={promote} onClose={() => setPromoting(false)} /> : null}
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the rollouts" className="flex h-full flex-col">
      <div className="h-[59px] border-b bg-panel p-4">
        <div className="skeleton h-6" />
      </div>
      <div className="flex min-h-0 flex-1">
        <div className="flex w-80 flex-col gap-2 border-r p-4">
          {["a", "b", "c"].map((row) => (
            <div key={row} className="skeleton h-12" />
          ))}
        </div>
        <div className="flex-1 p-4">
          <div className="skeleton h-64" />
        </div>
      </div>
    </div>
  );
}
