import { clsx } from "clsx";
import type { GateRule } from "./use-models.ts";

/** Rules of which less is better. */
const MOST: readonly GateRule["rule"][] = ["latency"];

/** A rule's value, with its interval, beside the bound; the side that is wanted is shaded. */
export function RuleBar({ rule }: { rule: GateRule }) {
  const { value, interval, bound } = rule;
  if (value === null || bound === null) return null;
  const isMost = MOST.includes(rule.rule);
  const values = [value, bound, ...(interval ?? []), ...(rule.rule === "latency" ? [1] : [0])];
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  const at = (of: number) => `${4 + ((of - least) / span) * 92}%`;
  return (
    <div aria-hidden="true" className="relative h-5">
      <div className="absolute inset-x-0 top-2 h-1 rounded-full bg-hover" />
      <div
        className="absolute top-2 h-1 rounded-full bg-live/25"
        style={
          isMost ? { left: 0, right: `calc(100% - ${at(bound)})` } : { left: at(bound), right: 0 }
        }
      />
      {interval === null ? null : (
        <div
          className="absolute top-[9px] h-0.5 bg-ink/70"
          style={{ left: at(interval[0]), right: `calc(100% - ${at(interval[1])})` }}
        />
      )}
      <div className="absolute top-1 h-3 w-px bg-ink/60" style={{ left: at(bound) }} />
      <div
        className={clsx(
          "absolute top-1 size-3 -translate-x-1/2 rounded-full border-2 border-canvas",
          rule.verdict === "pass" ? "bg-live" : rule.verdict === "fail" ? "bg-down" : "bg-stale",
        )}
        style={{ left: at(value) }}
      />
    </div>
  );
}
