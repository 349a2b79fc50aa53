/** What a status means; each has its own colour and its own shape, so that neither is needed alone. */
export type StatusTone = "live" | "stale" | "down" | "connecting" | "unknown" | "info";

const COLOURS: Record<StatusTone, string> = {
  live: "text-live",
  stale: "text-stale",
  down: "text-down",
  connecting: "text-info",
  unknown: "text-faint",
  info: "text-info",
};

function Shape({ tone }: { tone: StatusTone }) {
  switch (tone) {
    case "live":
      return <circle cx="5" cy="5" r="4" fill="currentColor" />;
    case "stale":
      return <path d="M5 .8 9.600 9H.4Z" fill="currentColor" />;
    case "down":
      return (
        <path
          d="M1.500 1.500 8.500 8.500M8.500 1.500 1.500 8.500"
          stroke="currentColor"
          strokeWidth="2.200"
        />
      );
    case "connecting":
      return (
        <circle cx="5" cy="5" r="3.400" fill="none" stroke="currentColor" strokeWidth="1.800" />
      );
    case "unknown":
      return <path d="M1 5h8" stroke="currentColor" strokeWidth="2.200" />;
    case "info":
      return <path d="M5 .6 9.400 5 5 9.400.6 5Z" fill="currentColor" />;
  }
}

/** A small shape in a status colour. The word beside it says the same. */
export function StatusMark({ tone }: { tone: StatusTone }) {
  return (
    <svg viewBox="0 0 10 10" aria-hidden="true" className={`size-2.5 shrink-0 ${COLOURS[tone]}`}>
      <Shape tone={tone} />
    </svg>
  );
}
