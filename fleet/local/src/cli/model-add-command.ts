import type { Command } from "commander";
import { fetchModel } from "../start/prepare-model.ts";
import { Progress } from "../start/progress.ts";
import { publishBaseModel } from "../start/publish-base-model.ts";
import { repositoryPath } from "../start/repository.ts";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";

/** Adds `sentinel models add`: a first model for a cloud that has none, such as one on a cluster. */
export function addModelAddCommand(models: Command): void {
  cloudCommand(
    models
      .command("add")
      .description(
        "bring a model of the catalog into the registry, signed: what training begins from and nodes run first; needs the role admin",
      )
      .argument("<name>", "a name of the catalog, or an .onnx file with a YOLOv5 or YOLOX layout")
      .option("--catalog <file>", "the catalog", repositoryPath("fleet/state/models.yaml")),
  ).action(
    askingCloud<[string], { catalog: string }>(async (api, { json, catalog }, name) => {
      const model = await fetchModel(name, catalog, new Progress());
      const isNew = await publishBaseModel(api, model);
      if (json === true) return printJson({ digest: model.digest, name: model.name, isNew });
      printLine(
        isNew
          ? `${model.name} is in the registry: ${model.digest}`
          : `the registry has ${model.name} already: ${model.digest}`,
      );
    }),
  );
}
