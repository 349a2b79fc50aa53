import { AgeText } from "../../clock/age-text.tsx";
import { shortDigest } from "../../format/amount.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { SquareLegend } from "./node-squares.tsx";
import { RolloutActions } from "./rollout-actions.tsx";
import { isOpen, modelWords, stateOf } from "./rollout-words.ts";
import { type RolloutItem, useRollout } from "./use-rollouts.ts";
import { WaveSection } from "./wave-section.tsx";

/** One rollout: what happens and why it waits, then its waves. */
export function RolloutView({ item }: { item: RolloutItem }) {
  const query = useRollout(item.rolloutId, isOpen(item));
  const error = useStandingError(query);
  const { data } = query;
  const rollout = data?.rollout.rolloutId === item.rolloutId ? data.rollout : item;
  const { tone, words } = stateOf(rollout);
  const states = new Set(
    data?.waves.flatMap(({ nodes }) => nodes?.map(({ state }) => state) ?? []),
  );
  return (
    <section aria-label="Rollout" className="flex min-w-0 flex-1 flex-col overflow-y-auto">
      <header className="sticky top-0 z-10 flex flex-col gap-2 border-b bg-canvas px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <span className="flex min-w-0 items-center gap-2">
            <StatusMark tone={tone} />
            <span className="text-dim">{words}</span>
            <h2 className="truncate text-base font-medium">
              {modelWords(rollout.toName, rollout.toDigest)}
            </h2>
            <CopyButton text={rollout.toDigest} what="Digest" />
          </span>
          <span className="ml-auto">
            {isOpen(rollout) ? <RolloutActions rollout={rollout} /> : null}
          </span>
        </div>
        <p role="status" className="text-lg">
          {rollout.why}
        </p>
        <p className="text-xs text-dim">
          Channel {rollout.channel}, instead of {modelWords(rollout.fromName, rollout.fromDigest)};{" "}
          {rollout.reason} – {rollout.startedBy}, commit{" "}
          <span title={rollout.commitId}>{shortDigest(rollout.commitId)}</span>, began{" "}
          <AgeText at={rollout.startedAt} />
          {rollout.endedAt === null ? null : (
            <>
              , ended <AgeText at={rollout.endedAt} />
            </>
          )}
        </p>
      </header>
      {data === undefined ? (
        error === null ? (
          <div role="status" aria-label="Loading the rollout" className="flex flex-col gap-3 p-4">
            <div className="skeleton h-24" />
            <div className="skeleton h-24" />
          </div>
        ) : (
          <QueryFailed
            what="The rollout"
            error={error}
            stillWorks="It goes on in the field."
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <>
          {states.size === 0 ? null : (
            <div className="px-4 py-2.5">
              <SquareLegend states={states} />
            </div>
          )}
          {data.waves.map((wave, index) => (
            <WaveSection
              key={wave.name}
              wave={wave}
              bounds={data.bounds}
              isCurrent={isOpen(rollout) && index === rollout.wave}
            />
          ))}
          {data.evidenceAt === null || isOpen(rollout) ? null : (
            <p className="border-t px-4 py-2.5 text-xs text-dim">
              The figures are those of the end, <AgeText at={data.evidenceAt} />
              {data.isLive
                ? "; the squares show the nodes as they are now."
                : ", and so are the squares."}
            </p>
          )}
        </>
      )}
    </section>
  );
}
