import { useTriageStats } from "./use-triage-queue.ts";

/** How the answering goes, and what the next dataset version still needs. */
export function TriageFigures() {
  const { data } = useTriageStats();
  if (data === undefined) return <aside className="w-56 shrink-0 border-l bg-panel" />;
  const { medianDecisionMs, answered, undone, today, needed } = data;
  const rows = [
    [
      "Median decision",
      medianDecisionMs === null ? "–" : `${(medianDecisionMs / 1000).toFixed(1)} s`,
    ],
    ["Yours in 24 h", String(today)],
    ["Answered by all", String(answered)],
    [
      "Taken back",
      answered + undone === 0 ? "–" : `${Math.round((undone / (answered + undone)) * 100)} %`,
    ],
    ["For the next version", `${needed.annotations} of ${needed.threshold}`],
  ];
  return (
    <aside aria-label="Figures" className="w-56 shrink-0 overflow-y-auto border-l bg-panel p-4">
      <dl className="flex flex-col gap-3">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-dim">{name}</dt>
            <dd className="text-base font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
