/** A range of ports of one protocol. */
export interface PortRange {
  protocol: string;
  from: number;
  to: number;
}

const PROTOCOLS = ["TCP", "UDP", "SCTP"];

/** What a rule without ports allows. */
export const ALL_PORTS: readonly PortRange[] = PROTOCOLS.map((protocol) => ({
  protocol,
  from: 0,
  to: 65_535,
}));

/** What of `ranges` is not in `taken`. */
export function without(ranges: readonly PortRange[], taken: readonly PortRange[]): PortRange[] {
  let left = joined(ranges);
  for (const { protocol, from, to } of taken) {
    left = left.flatMap((range) => {
      if (range.protocol !== protocol || range.to < from || range.from > to) return [range];
      return [
        { ...range, to: from - 1 },
        { ...range, from: to + 1 },
      ].filter((part) => part.from <= part.to);
    });
  }
  return left;
}

/** The same ports, each once. */
function joined(ranges: readonly PortRange[]): PortRange[] {
  const result: PortRange[] = [];
  const sorted = [...ranges].sort(
    (a, b) => a.protocol.localeCompare(b.protocol) || a.from - b.from,
  );
  for (const range of sorted) {
    const last = result.at(-1);
    if (last?.protocol === range.protocol && range.from <= last.to + 1) {
      last.to = Math.max(last.to, range.to);
    } else {
      result.push({ ...range });
    }
  }
  return result;
}

/** `5432/TCP, 8000-8010/UDP`; every port is `every port`. */
export function shownPorts(ranges: readonly PortRange[]): string {
  const all = joined(ranges);
  if (without(ALL_PORTS, all).length === 0) return "every port";
  return all
    .map(({ protocol, from, to }) => `${from === to ? from : `${from}-${to}`}/${protocol}`)
    .join(", ");
}
