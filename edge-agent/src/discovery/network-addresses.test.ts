import { expect, test } from "vitest";
import { networkAddresses } from "./network-addresses.ts";

test("networks become their hosts, each once", () => {
  expect(networkAddresses("192.168.1.0/30, 10.0.0.9/32,192.168.1.1/32")).toEqual({
    ok: true,
    addresses: ["192.168.1.1", "192.168.1.2", "10.0.0.9"],
  });
  const large = networkAddresses("10.1.16.77/20");
  expect(large.ok && [large.addresses.length, large.addresses[0], large.addresses.at(-1)]).toEqual([
    4094,
    "10.1.16.1",
    "10.1.31.254",
  ]);
});

test.each(["", "10.0.0.0/8", "10.0.0.0", "300.0.0.0/24", "fe80::/64", "10.0.0.0/33", "a.b.c.d/24"])(
  "%j is refused with what would be accepted",
  (list) => {
    const result = networkAddresses(list);
    expect(result.ok).toBe(false);
    expect(!result.ok && result.fault).toContain("192.168.1.0/24");
  },
);
