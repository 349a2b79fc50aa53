import { readFile } from "node:fs/promises";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import { connectCloud } from "../cli/cloud-client.ts";
import type { Progress } from "./progress.ts";

/**
 * Brings the model that the agent starts with into the registry, so that training has a model to begin
 * from and a rollout one to go back to. A start goes on without it: only learning has to wait.
 */
export async function publishBaseModel(
  cloud: { url: string; token: string },
  model: ResolvedModel,
  progress: Progress,
): Promise<void> {
  const { api, close } = connectCloud(cloud);
  try {
    const known = await api.models.list.query();
    if (known.some(({ digest }) => digest === model.digest)) return;
    const upload = await api.models.offerBaseUpload.mutate({ digest: model.digest });
    const answer = await fetch(upload.url, { method: "PUT", body: await readFile(model.path) });
    if (!answer.ok) throw new Error(`the store answered ${answer.status}`);
    const { digest, name, layout, inputSize, licence } = model;
    const classNames = [...model.classNames];
    const { id, url: licenceUrl, note } = licence;
    await api.models.registerBase.mutate({
      digest,
      name,
      layout,
      inputSize,
      classNames,
      licence: { id, url: licenceUrl, ...(note === undefined ? {} : { note }) },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    progress.say(`the registry does not have the model ${model.name} yet: ${why}`);
  } finally {
    close();
  }
}
