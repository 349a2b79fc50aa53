import { clsx } from "clsx";
import type { TriageItem } from "../../connection/api.ts";

/** The questions that one answer will be for; the one on the screen is outlined. */
export function RangeStrip(props: { items: readonly TriageItem[]; current: TriageItem }) {
  const { items, current } = props;
  return (
    <div className="flex h-full items-center gap-3">
      <p className="w-28 shrink-0 text-xs">
        <strong className="block text-base font-medium">{items.length} marked</strong>
        one answer for all
      </p>
      <ol aria-label="Marked questions" className="flex min-w-0 flex-1 gap-1.5 overflow-x-auto p-1">
        {items.map(({ itemId, picture }) => (
          <li key={itemId} className="shrink-0">
            <img
              src={`/api/snapshots/${picture}.jpg`}
              alt=""
              className={clsx(
                "h-18 w-24 rounded-sm bg-letterbox object-contain outline-2",
                itemId === current.itemId ? "outline-accent" : "outline-line-strong",
              )}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}
