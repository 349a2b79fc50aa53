import { clsx } from "clsx";
import { AgeText } from "../../clock/age-text.tsx";
import { LIST_PANE } from "../../ui/panes.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { modelWords, stateOf } from "./rollout-words.ts";
import type { RolloutItem } from "./use-rollouts.ts";

interface RolloutListProps {
  rollouts: readonly RolloutItem[];
  shown: string;
  onOpen: (rolloutId: string) => void;
}

/** The history, the newest first. */
export function RolloutList({ rollouts, shown, onOpen }: RolloutListProps) {
  return (
    <nav aria-label="Rollouts" className={`w-80 ${LIST_PANE}`}>
      <ul>
        {rollouts.map((rollout) => {
          const { tone, words } = stateOf(rollout);
          const isShown = rollout.rolloutId === shown;
          return (
            <li key={rollout.rolloutId} className="border-b">
              <button
                type="button"
                aria-current={isShown ? "true" : undefined}
                onClick={() => onOpen(rollout.rolloutId)}
                className={clsx(
                  "flex w-full flex-col px-4 py-2 text-left -outline-offset-2",
                  isShown ? "bg-selected" : "hover:bg-hover",
                )}
              >
                <span className="flex w-full items-center gap-2">
                  <StatusMark tone={tone} />
                  <span className="font-medium">{words}</span>
                  <span className="ml-auto text-xs text-dim">
                    <AgeText at={rollout.startedAt} />
                  </span>
                </span>
                <span className="w-full truncate">
                  {rollout.channel}: {modelWords(rollout.toName, rollout.toDigest)}
                </span>
                <span className="w-full truncate text-xs text-faint">{rollout.reason}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
