import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import { useTRPC } from "../connection/api.ts";
import { formatCount } from "../format/amount.ts";

/** How many questions wait, beside the page's name; nothing where none does, or who looks may not answer. */
export function TriageCount({ collapsed }: { collapsed: boolean }) {
  const { data } = useQuery(useTRPC().triage.summary.queryOptions());
  if (data === undefined || data.open === 0) return null;
  return (
    <span
      title="Questions that wait for an answer"
      className={clsx("ml-auto text-xs text-faint max-sm:hidden", collapsed && "sm:hidden")}
    >
      {formatCount(data.open)}
    </span>
  );
}
