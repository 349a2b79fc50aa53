import { randomUUID } from "node:crypto";
import type { Box } from "@sentinel/protocol/box";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import { type LearntModel, type Stages, waitForGate } from "../../src/loop/close-loop.ts";
import type { LoopSite } from "../../src/loop/loop-site.ts";

const CAR = COCO_CLASS_NAMES.indexOf("car");
/** Where no car is: the golden set shows cars, so that is what can be learnt wrongly and be seen. */
const NOWHERE: Box = [0.02, 0.02, 0.2, 0.15];
const AT_ONCE = 10;

/**
 * Answers questions about cars wrongly, trains on nothing else, and waits for what the gate says.
 * @throws Error where the model could be approved all the same.
 */
export async function stopWorseModel(
  site: LoopSite,
  answers: number,
  stages: Stages,
): Promise<LearntModel> {
  const { api } = site;
  await api.training.setLoop.mutate({ enabled: false });
  let given = 0;
  await site.until("questions to answer wrongly", 300_000, async () => {
    for (const { className } of (await api.triage.summary.query()).classes) {
      const { items } = await api.triage.next.mutate({ className, count: AT_ONCE });
      for (const { itemId, cameraId, box } of items) {
        if (given >= answers || box === null || !cameraId.startsWith("road-")) continue;
        const answer =
          given % 2 === 0
            ? { verdict: "reject" as const }
            : { verdict: "boxes" as const, boxes: [{ classId: CAR, box: NOWHERE }] };
        await api.triage.answer.mutate({ annotationId: randomUUID(), itemId, ...answer });
        given += 1;
      }
      await api.triage.release.mutate({ itemIds: items.map(({ itemId }) => itemId) });
    }
    return given >= answers ? given : null;
  });
  const { id } = await api.people.me.query();
  const { datasetId } = await api.datasets.build.mutate({
    name: "Wrong answers",
    query: { people: [id], verdicts: ["boxes", "reject"] },
  });
  const { jobId } = await api.training.start.mutate({ datasetId });
  const digest = await site.until("the worse model", 300_000, async () => {
    const { state, fault, modelDigest } = await api.training.byId.query({ jobId });
    if (state === "failed") throw new Error(`it was not trained: ${fault?.code} ${fault?.message}`);
    return state === "done" ? modelDigest : null;
  });
  stages.end("worseTrained", `${given} wrong answers became model ${digest.slice(0, 12)}`);
  const model = await waitForGate(site, digest, stages, "worseStopped");
  const approved = await api.models.approve.mutate({ digest }).then(
    () => true,
    () => false,
  );
  if (model.verdict !== "fail" || approved) {
    throw new Error(`the gate says ${model.verdict} to a model that learnt from wrong answers`);
  }
  return model;
}
