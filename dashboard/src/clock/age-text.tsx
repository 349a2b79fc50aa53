import { formatAge, formatSpan, formatUntil } from "../format/age.ts";
import { formatAbsolute } from "../format/moment.ts";
import { useNow } from "./use-now.ts";

interface MomentProps {
  at: number;
  className?: string;
}

/** A moment is told in tenths of a second while it may be that young. */
function tickFor(ageMs: number): number {
  return ageMs < 12_000 ? 100 : 1000;
}

/** How old something is, ticking: "0.4 s ago"; the absolute time on hover. */
export function AgeText({ at, className }: MomentProps) {
  const now = useNow(tickFor(Date.now() - at));
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)} className={className}>
      {formatAge(at, now)}
    </time>
  );
}

/** How long something has lasted: "2 h 5 min"; since when on hover. */
export function SpanText({ at, className }: MomentProps) {
  const now = useNow(1000);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)} className={className}>
      {formatSpan(Math.floor((now - at) / 1000) * 1000).replace(".0", "")}
    </time>
  );
}

/** How long until something happens: "in 14 s". */
export function UntilText({ at, className }: MomentProps) {
  const now = useNow(1000);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatAbsolute(at)} className={className}>
      {formatUntil(at, now)}
    </time>
  );
}
