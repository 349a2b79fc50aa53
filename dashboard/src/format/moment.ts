const clockFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const shortClockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const absoluteFormat = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  timeZoneName: "short",
});

/** Time of day in the person's zone: `14:03:22`. */
export function formatClock(at: number): string {
  return clockFormat.format(at);
}

/** Time of day without seconds: `14:03`. */
function formatShortClock(at: number): string {
  return shortClockFormat.format(at);
}

/** Everything there is to say about a moment, for a hover: date, milliseconds and zone. */
export function formatAbsolute(at: number): string {
  return absoluteFormat.format(at);
}

/** Time of day, with the date where it is not today's: `14:03:22`, `12 Mar 14:03:22`. */
export function formatMoment(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? formatClock(at) : `${dayFormat.format(at)} ${formatClock(at)}`;
}

/** A tick of a time axis that spans `spanMs`: days where it is long, else the time of day. */
export function formatTick(at: number, spanMs: number): string {
  if (spanMs > 2 * 86_400_000) return dayFormat.format(at);
  return spanMs < 10 * 60_000 ? formatClock(at) : formatShortClock(at);
}
