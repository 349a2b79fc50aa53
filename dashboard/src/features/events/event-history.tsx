import type { EventDetail } from "../../connection/api.ts";
import { formatSpan } from "../../format/age.ts";
import { formatCount, formatScore, shortDigest } from "../../format/amount.ts";
import { formatAbsolute, formatClock } from "../../format/moment.ts";

const WORDS: Record<string, string> = {
  began: "Began",
  improved: "Better snapshot",
  ended: "Ended",
};
const HEAD = "h-7 px-3 text-left text-2xs font-normal text-faint whitespace-nowrap";
const CELL = "h-8 px-3 whitespace-nowrap";

/** Every row that told of an event, with its place in the node's sequence. */
export function EventHistory({ rows }: { rows: EventDetail["rows"] }) {
  return (
    <section
      aria-label="History"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto border-y -outline-offset-2"
    >
      <table className="w-full border-collapse">
        <thead className="bg-panel">
          <tr>
            <th scope="col" className={`${HEAD} text-right`}>
              Seq
            </th>
            <th scope="col" className={HEAD}>
              What
            </th>
            <th scope="col" className={HEAD}>
              Captured
            </th>
            <th
              scope="col"
              className={`${HEAD} text-right`}
              title="From capture to the cloud's database"
            >
              Committed after
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Score
            </th>
            <th scope="col" className={HEAD}>
              Snapshot
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.rowId} className="border-t">
              <td className={`${CELL} text-right`}>{formatCount(row.seq)}</td>
              <td className={CELL}>{WORDS[row.kind] ?? row.kind}</td>
              <td className={CELL} title={formatAbsolute(row.capturedAt)}>
                {formatClock(row.capturedAt)}
              </td>
              <td className={`${CELL} text-right`} title={formatAbsolute(row.committedAt)}>
                {formatSpan(row.committedAt - row.capturedAt)}
              </td>
              <td className={`${CELL} text-right`}>{formatScore(row.score)}</td>
              <td className={`${CELL} text-dim`} title={row.snapshotSha256 ?? undefined}>
                {row.snapshotSha256 === null ? "none" : shortDigest(row.snapshotSha256)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
