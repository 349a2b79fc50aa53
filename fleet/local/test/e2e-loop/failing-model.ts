import { createHash } from "node:crypto";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import { crashesOnFrames } from "../../../../edge-agent/test/strange-models.ts";
import type { Stages } from "../../src/loop/close-loop.ts";
import type { LoopSite } from "../../src/loop/loop-site.ts";

/**
 * Rolls out a model that passes every look at its file and then takes a node's process with it at the first
 * frame; waits until the rollout has gone back by itself. @returns why, in its own words.
 */
export async function rollBackFailingModel(
  site: LoopSite,
  channel: string,
  good: string,
  stages: Stages,
): Promise<string> {
  const { api } = site;
  const bytes = crashesOnFrames();
  const digest = createHash("sha256").update(bytes).digest("hex");
  const { url } = await api.models.offerBaseUpload.mutate({ digest });
  const put = await fetch(url, { method: "PUT", body: Uint8Array.from(bytes) });
  if (!put.ok) throw new Error(`the store answered ${put.status}`);
  await api.models.registerBase.mutate({
    digest,
    name: "crashes-on-frames",
    layout: "yolox",
    inputSize: 32,
    classNames: [...COCO_CLASS_NAMES],
    licence: { id: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  });
  await api.rollouts.promote.mutate({ channel, digest, reason: "It looks fine on paper" });
  const why = await site.until("the way back", 300_000, async () => {
    const rollouts = await api.rollouts.list.query();
    const rollout = rollouts.find(({ toDigest }) => toDigest === digest);
    if (rollout === undefined || rollout.state === "running") return null;
    if (rollout.state !== "rolled-back") throw new Error(`it is ${rollout.state}: ${rollout.why}`);
    return rollout.why;
  });
  await site.until("every node with the good model again", 120_000, async () => {
    const nodes = await api.nodes.list.query();
    return nodes.every(({ online, model }) => online && model?.digest === good) ? true : null;
  });
  stages.end("rolledBack", why);
  return why;
}
