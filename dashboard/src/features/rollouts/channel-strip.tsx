import { useNow } from "../../clock/use-now.ts";
import { formatSpan } from "../../format/age.ts";
import { plural, shortDigest } from "../../format/amount.ts";
import { StatusMark } from "../../ui/status-mark.tsx";
import { modelWords } from "./rollout-words.ts";
import {
  type Channel,
  type FleetRepo,
  type RolloutItem,
  useChannels,
  useRepo,
  useRollouts,
} from "./use-rollouts.ts";

/** What Git says now: its channels, and what stands in the way of its newest commit. */
export function ChannelStrip() {
  const { data: channels } = useChannels();
  const { data: repo } = useRepo();
  const { data: rollouts } = useRollouts();
  if (channels === undefined || repo === undefined) {
    return <div className="h-[59px] shrink-0 border-b bg-panel" />;
  }
  if (repo === null) return null;
  return (
    <section aria-label="Channels" className="shrink-0 border-b bg-panel">
      {repo.fault === null ? null : <RepoFault repo={repo} fault={repo.fault} />}
      <div className="flex flex-wrap gap-x-8 gap-y-2 px-4 py-2.5">
        {channels.map((channel) => (
          <ChannelFacts
            key={channel.channel}
            channel={channel}
            newest={rollouts?.find((rollout) => rollout.channel === channel.channel)}
          />
        ))}
        <p className="ml-auto self-end text-right text-xs text-faint">
          <span className="block max-w-80 truncate" title={repo.url}>
            {repo.url}
          </span>
          {repo.goodCommit === null ? "no good commit yet" : `at ${shortDigest(repo.goodCommit)}`}
        </p>
      </div>
    </section>
  );
}

interface ChannelFactsProps {
  channel: Channel;
  newest: RolloutItem | undefined;
}

function ChannelFacts({ channel, newest }: ChannelFactsProps) {
  const now = useNow(60_000);
  return (
    <div className="flex flex-wrap gap-x-6 gap-y-1">
      <div>
        <p className="text-2xs text-faint">Channel {channel.channel} names</p>
        <p className="font-medium" title={channel.digest ?? undefined}>
          {channel.digest === null
            ? "no model: each node runs what it was started with"
            : modelWords(channel.modelName, channel.digest)}
        </p>
        {isBehind(channel, newest) ? (
          <p className="text-xs text-stale">
            Git still names it; the commit that goes back is tried until Git takes it.
          </p>
        ) : null}
      </div>
      {channel.waves.map((wave) => (
        <div key={wave.name}>
          <p className="text-2xs text-faint">
            {wave.name},{" "}
            {wave.nodes === 0
              ? "no nodes"
              : `${wave.online} of ${plural(wave.nodes, "node")} online`}
          </p>
          <p className="text-dim">
            {wave.statement === null ? (
              "not told anything yet"
            ) : (
              <span title={`statement ${wave.statement.counter}, model ${wave.statement.digest}`}>
                told {modelWords(wave.statement.modelName, wave.statement.digest)}, holds{" "}
                {formatSpan(wave.statement.expiresAt - now)}
              </span>
            )}
          </p>
        </div>
      ))}
    </div>
  );
}

/** The model was taken back in the field, and Git could not be told yet. */
function isBehind(channel: Channel, newest: RolloutItem | undefined): boolean {
  if (newest === undefined || newest.toDigest === newest.fromDigest) return false;
  const isBack = newest.state === "aborted" || newest.state === "rolled-back";
  return isBack && channel.digest === newest.toDigest;
}

function RepoFault({ repo, fault }: { repo: FleetRepo; fault: NonNullable<FleetRepo["fault"]> }) {
  const place =
    fault.file === null
      ? null
      : `${fault.file}${fault.line === null ? "" : `, line ${fault.line}`}`;
  return (
    <div role="alert" className="flex gap-2 border-b px-4 py-2.5">
      <span className="flex h-5 items-center">
        <StatusMark tone="down" />
      </span>
      <p className="min-w-0 break-words">
        <span className="font-medium">
          {repo.seenCommit === null || fault.code === "FLEET_REPO_UNREACHABLE"
            ? "The fleet's repository cannot be read"
            : `Commit ${shortDigest(repo.seenCommit)} is not taken`}
        </span>
        <span className="ml-2 text-2xs tracking-wide text-dim">{fault.code}</span>
        {place === null ? null : <span className="ml-2 font-mono text-xs">{place}</span>}
        <span className="block text-dim">
          {fault.message}.{" "}
          {repo.goodCommit === null
            ? "Nodes are told nothing until a commit holds."
            : `Commit ${shortDigest(repo.goodCommit)} holds until a good one comes.`}
        </span>
      </p>
    </div>
  );
}
