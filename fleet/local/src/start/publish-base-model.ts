import { readFile } from "node:fs/promises";
import type { ResolvedModel } from "@sentinel/edge-agent/model/resolved-model";
import type { connectCloud } from "../cli/cloud-client.ts";

/**
 * Brings a model of the catalog or of a file into the registry, so that training has a model to begin from and a
 * rollout one to name. @returns false where the registry had it. @throws Error where cloud or store refuse it.
 */
export async function publishBaseModel(
  api: ReturnType<typeof connectCloud>["api"],
  model: ResolvedModel,
): Promise<boolean> {
  const known = await api.models.list.query();
  if (known.some(({ digest }) => digest === model.digest)) return false;
  const upload = await api.models.offerBaseUpload.mutate({ digest: model.digest });
  const answer = await fetch(upload.url, { method: "PUT", body: await readFile(model.path) });
  if (!answer.ok) throw new Error(`the store answered ${answer.status}`);
  const { digest, name, layout, inputSize, licence } = model;
  const { id, url, note } = licence;
  await api.models.registerBase.mutate({
    ...{ digest, name, layout, inputSize, classNames: [...model.classNames] },
    licence: { id, url, ...(note === undefined ? {} : { note }) },
  });
  return true;
}
