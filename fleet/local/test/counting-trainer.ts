import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { TrainingEngine } from "../../../cloud/src/training/engine.ts";
import { runAsChild } from "../../../cloud/src/training/jobs/run-as-child.ts";
import { workOnJob } from "../../../cloud/src/training/jobs/work-on-job.ts";

/**
 * An engine that learns nothing, slowly: each epoch is a hash over every picture and the epoch
 * before, so that its bytes tell whether anything was left out or done twice.
 */
const engine: TrainingEngine = {
  name: "head",
  async train(input, { onStage, onEpoch, signal, checkpoint }) {
    const { fault, epochMs = 100 } = input.settings as { fault?: string; epochMs?: number };
    if (fault === "dies") process.kill(process.pid, "SIGKILL");
    if (fault === "throws") throw new Error("the loss is not a number");
    const saved = await checkpoint.load();
    const kept =
      saved === null
        ? { epoch: 0, state: String(input.seed), curve: [] }
        : (JSON.parse(Buffer.from(saved).toString()) as {
            epoch: number;
            state: string;
            curve: Parameters<typeof onEpoch>[0][];
          });
    const epochs = input.settings.epochs ?? 5;
    for (let epoch = kept.epoch + 1; epoch <= epochs; epoch += 1) {
      onStage("training", epoch, epochs);
      await delay(epochMs, undefined, { signal });
      const hash = createHash("sha256").update(kept.state);
      for (let index = 0; index < input.train.count; index += 1) {
        hash.update((await input.train.load(index)).data);
      }
      kept.state = hash.digest("hex");
      kept.epoch = epoch;
      const report = {
        epoch,
        trainLoss: 1 / epoch,
        validationLoss: 2 / epoch,
        validationAp50: 1 - 0.5 / epoch,
        seconds: epochMs / 1000,
      };
      kept.curve.push(report);
      await checkpoint.save(Buffer.from(JSON.stringify(kept)));
      onEpoch(report);
    }
    const model = Buffer.concat([input.baseModel, Buffer.from(kept.state)]);
    return { model, curve: kept.curve };
  },
};

await runAsChild((job) => workOnJob(job, async () => engine));
