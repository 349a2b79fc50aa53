import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerItems } from "../loop/answer-items.ts";
import { Stages, waitForLearning, waitForNodes } from "../loop/close-loop.ts";
import { freezeGoldenSet } from "../loop/freeze-golden-set.ts";
import { makeLoopFootage } from "../loop/loop-footage.ts";
import { LoopSite } from "../loop/loop-site.ts";
import { ensureFfmpeg } from "../setup/ensure-ffmpeg.ts";
import type { Bench } from "./bench.ts";

const NODES = 3;
/** As few as are asked about a hundred times within an hour (quotas of triage): two cores watch them and train. */
const ROAD_CAMERAS = 10;
const ANSWERS = 100;
const TELL_EACH = 20;
const ANSWERS_MS = 600_000;
const CHANNEL = "stable";

/** From the last of 100 answers to the new model on every node, stage by stage. */
export const loopBench: Bench = {
  name: "loop",
  about: `from the last of ${ANSWERS} answers to the new model on ${NODES} nodes`,
  async run(say) {
    const { path: ffmpeg } = await ensureFfmpeg(say);
    const folder = await mkdtemp(join(tmpdir(), "sentinel-bench-"));
    say("making the footage of a site …");
    const { config, golden } = await makeLoopFootage(folder, ffmpeg, ROAD_CAMERAS);
    const site = await LoopSite.start(folder, config, NODES);
    let isDone = false;
    try {
      const { api } = site;
      await api.training.setLoop.mutate({ enabled: false, annotations: ANSWERS });
      const figures = await measure(site, golden, say);
      isDone = true;
      return figures;
    } finally {
      await site.stop();
      if (isDone) await rm(folder, { recursive: true, force: true });
      else say(`everything of this run lies in ${folder}`);
    }
  },
};

/**
 * Leaves each node one camera: many were needed for so many different questions, but here the processors of
 * three sites and of the cloud are the same two.
 */
async function watchLess({ api }: LoopSite): Promise<void> {
  const seen = new Set<string>();
  for (const { nodeId, cameraId } of await api.cameras.list.query()) {
    if (seen.has(nodeId)) await api.cameras.edit.mutate({ nodeId, cameraId, enabled: false });
    seen.add(nodeId);
  }
}

async function measure(
  site: LoopSite,
  golden: Parameters<typeof freezeGoldenSet>[1],
  say: (line: string) => void,
): Promise<Record<string, number>> {
  const { api } = site;
  await site.until("every camera's picture", 120_000, async () => {
    const cameras = await api.cameras.list.query();
    return cameras.filter(({ state }) => state === "live").length > golden.length ? true : null;
  });
  const pictures = await freezeGoldenSet(site, golden);
  say(`${pictures} pictures are frozen as golden set; answering ${ANSWERS} questions …`);
  await api.training.setLoop.mutate({ enabled: true });
  let told = 0;
  const lastAnswerAt = await answerItems(site, ANSWERS, ANSWERS_MS, (given) => {
    if (given < told + TELL_EACH) return;
    say(`  ${given} answers`);
    told = given;
  });
  const stages = new Stages(say, lastAnswerAt);
  await watchLess(site);
  const model = await waitForLearning(site, lastAnswerAt, stages);
  for (const sentence of model.sentences) say(`          ${sentence}`);
  if (model.verdict !== "pass") throw new Error("the gate did not pass the model");
  const { digest } = model;
  await api.models.approve.mutate({ digest });
  await api.rollouts.promote.mutate({ channel: CHANNEL, digest, reason: "It learnt from answers" });
  stages.end("decision", "approved, signed, named in a commit");
  await waitForNodes(site, digest, stages);
  const seconds = stages.total;
  const swaps = await site.until("what every node tells of its swap", 30_000, async () => {
    const told = (await api.nodes.list.query()).flatMap(({ modelReport }) => {
      const swap = modelReport?.lastSwap;
      return swap?.to === digest ? [swap] : [];
    });
    return told.length === NODES ? told : null;
  });
  return {
    seconds,
    ...stages.seconds,
    swapGapMs: Math.max(...swaps.map(({ gapMs }) => Math.round(gapMs))),
    framesDropped: swaps.reduce((sum, { framesDropped }) => sum + framesDropped, 0),
  };
}
