import { AgeText } from "../../clock/age-text.tsx";
import { formatSpan } from "../../format/age.ts";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";
import { NodeSquares } from "./node-squares.tsx";
import type { RolloutDetail, RolloutWave } from "./use-rollouts.ts";
import { nodesWords, WaveEvidence } from "./wave-evidence.tsx";

interface WaveSectionProps {
  wave: RolloutWave;
  bounds: RolloutDetail["bounds"];
  /** The wave is the one under way. */
  isCurrent: boolean;
}

/** One wave: who belongs to it, how each node stands, and what was seen. */
export function WaveSection({ wave, bounds, isCurrent }: WaveSectionProps) {
  const { tone, words } = standing(wave, isCurrent);
  const { evidence, nodes, startedAt } = wave;
  const labels = Object.entries(wave.labels).map(([name, value]) => `${name}=${value}`);
  return (
    <section
      aria-label={`Wave ${wave.name}`}
      className="@container flex flex-col gap-3 border-t px-4 py-3"
    >
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="flex items-center gap-2">
          <StatusMark tone={tone} />
          <h3 className="text-base font-medium">{wave.name}</h3>
        </span>
        <span className="text-dim">{words}</span>
        {startedAt === null ? null : (
          <span className="text-xs text-dim">
            began <AgeText at={startedAt} />
          </span>
        )}
        <span className="text-xs text-faint sm:ml-auto">
          {evidence === null ? "" : `${nodesWords(evidence)} · `}
          {labels.join(", ")} · watched for {formatSpan(wave.watchSeconds * 1000).replace(".0", "")}
        </span>
      </header>
      {nodes === null || nodes.length === 0 ? (
        nodes === null ? null : (
          <p className="text-xs text-dim">No node has these labels; the wave is passed at once.</p>
        )
      ) : (
        <NodeSquares wave={wave.name} nodes={nodes} />
      )}
      <WaveEvidence wave={wave} bounds={bounds} />
    </section>
  );
}

function standing(wave: RolloutWave, isCurrent: boolean): { tone: StatusTone; words: string } {
  if (wave.startedAt === null) return { tone: "unknown", words: "not begun" };
  if (wave.endedAt !== null) return { tone: "live", words: "enough seen" };
  if (!isCurrent) return { tone: "stale", words: "ended before enough was seen" };
  return wave.enoughSince === null
    ? { tone: "connecting", words: "gathers evidence" }
    : { tone: "connecting", words: "enough nodes are well; being watched" };
}
