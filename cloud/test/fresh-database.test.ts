import { expect, onTestFinished, test } from "vitest";
import { FleetFixture, stableFile } from "./fleet-fixture.ts";
import { FleetNode } from "./fleet-node.ts";
import { startCloud } from "./running-cloud.ts";
import { waitUntil } from "./wait-until.ts";

const [BASE, GOOD, NEXT] = ["b".repeat(64), "1a".repeat(32), "2b".repeat(32)];

test("nodes take the statements of a cloud whose database was lost", async () => {
  const fleet = await FleetFixture.make({ "channels/stable.yaml": stableFile(null) });
  onTestFinished(() => fleet.remove());
  const live = async (running: string, commits: readonly string[], counter: number) => {
    const cloud = await startCloud({ "node-a": "a" }, fleet.environment);
    for (const digest of [BASE, GOOD, NEXT]) await fleet.register(cloud.database, digest);
    const node = await FleetNode.connect(cloud.mqttUrl, "node-a", "a", {
      labels: { channel: "stable", ring: "canary" },
      keys: fleet.keys,
      running,
      counter,
    });
    for (const digest of commits) {
      await fleet.commit({ "channels/stable.yaml": stableFile(digest) }, `wants ${digest}`);
      await waitUntil(() => node.report?.state === "active" && node.report.digest === digest);
    }
    await node.leave();
    await cloud.stop();
    return node.report?.counter ?? 0;
  };
  const before = await live(BASE, [GOOD, NEXT, GOOD], 0);
  // Nothing of it is left but the fleet's repository and the key; the node remembers its counter.
  const after = await live(GOOD, [NEXT], before);
  expect(after).toBeGreaterThan(before);
});
