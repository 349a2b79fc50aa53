/** A network with more addresses is asked for by mistake; /20 has 4096. */
const SHORTEST_PREFIX = 20;

/**
 * Every host address of networks in CIDR notation, separated by commas: `192.168.1.0/24,10.0.0.8/32`.
 * Network and broadcast address are left out where a network has them.
 *
 * @returns the addresses, or what is wrong and what would be accepted.
 */
export function networkAddresses(
  list: string,
): { ok: true; addresses: string[] } | { ok: false; fault: string } {
  const addresses = new Set<string>();
  for (const network of list.split(",").map((entry) => entry.trim())) {
    const [, a, b, c, d, length] =
      /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(network) ?? [];
    const bytes = [a, b, c, d].map(Number);
    const prefix = Number(length);
    if (!bytes.every((byte) => byte <= 255) || !(prefix >= SHORTEST_PREFIX && prefix <= 32)) {
      const accepted = `IPv4 networks as 192.168.1.0/24, from /${SHORTEST_PREFIX} to /32, separated by commas`;
      return { ok: false, fault: `${JSON.stringify(network.slice(0, 50))}; accepted: ${accepted}` };
    }
    const size = 2 ** (32 - prefix);
    const first = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    const base = first - (first % size);
    const edge = size > 2 ? 1 : 0;
    for (let at = base + edge; at < base + size - edge; at += 1) {
      addresses.add([24, 16, 8, 0].map((shift) => (at >>> shift) & 255).join("."));
    }
  }
  return { ok: true, addresses: [...addresses] };
}
