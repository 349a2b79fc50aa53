import { clsx } from "clsx";
import { StatusMark, type StatusTone } from "../../ui/status-mark.tsx";
import { NODE_STATES } from "./rollout-words.ts";
import type { WaveNode } from "./use-rollouts.ts";

const FILLS: Record<StatusTone, string> = {
  live: "border-live bg-live/15",
  stale: "border-stale bg-stale/15",
  down: "border-down bg-down/15",
  connecting: "border-info bg-info/10",
  info: "border-info border-dashed",
  unknown: "border-line-strong",
};

/** Every node of a wave as a small square; the words of its state on hover. */
export function NodeSquares({ wave, nodes }: { wave: string; nodes: readonly WaveNode[] }) {
  return (
    <ul aria-label={`Nodes of wave ${wave}`} className="flex flex-wrap gap-1">
      {nodes.map((node) => {
        const { tone, words } = toneOf(node.state);
        const told = `${node.nodeId}: ${words}${node.detail === null ? "" : `, ${node.detail}`}`;
        return (
          <li
            key={node.nodeId}
            title={told}
            className={clsx(
              "flex size-[18px] items-center justify-center rounded-sm border",
              FILLS[tone],
              node.state === "later" && "opacity-60",
            )}
          >
            <StatusMark tone={tone} />
            <span className="sr-only">{told}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** What the squares mean, of those states that occur. */
export function SquareLegend({ states }: { states: ReadonlySet<WaveNode["state"]> }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-dim">
      {NODE_STATES.filter(({ state }) => states.has(state)).map(({ state, tone, words, what }) => (
        <li key={state} className="flex items-center gap-1.5">
          <span
            aria-hidden="true"
            className={clsx(
              "flex size-3.5 items-center justify-center rounded-sm border [&_svg]:size-2",
              FILLS[tone],
            )}
          >
            <StatusMark tone={tone} />
          </span>
          <span>
            <span className="text-ink">{words}</span> – {what}
          </span>
        </li>
      ))}
    </ul>
  );
}

function toneOf(state: WaveNode["state"]): { tone: StatusTone; words: string } {
  return (
    NODE_STATES.find((known) => known.state === state) ?? { tone: "unknown", words: "unknown" }
  );
}
