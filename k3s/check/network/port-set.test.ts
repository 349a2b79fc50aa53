import { expect, test } from "vitest";
import { ALL_PORTS, shownPorts, without } from "./port-set.ts";

const tcp = (from: number, to = from) => ({ protocol: "TCP", from, to });

test("what is left of ports when others are taken out", () => {
  expect(without([tcp(1, 10)], [tcp(3, 4), tcp(10)])).toEqual([tcp(1, 2), tcp(5, 9)]);
  expect(without([tcp(80), tcp(80), tcp(81)], [])).toEqual([tcp(80, 81)]);
  expect(without([tcp(53)], [{ protocol: "UDP", from: 53, to: 53 }])).toEqual([tcp(53)]);
  expect(without([tcp(53)], ALL_PORTS)).toEqual([]);
});

test("ports as people read them", () => {
  expect(shownPorts([tcp(443), { protocol: "UDP", from: 53, to: 53 }, tcp(8000, 8010)])).toBe(
    "443/TCP, 8000-8010/TCP, 53/UDP",
  );
  expect(shownPorts(ALL_PORTS)).toBe("every port");
});
