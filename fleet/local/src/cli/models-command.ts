import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Model = inferRouterOutputs<AppRouter>["models"]["list"][number];

/** Adds `sentinel models …`: which there are, how the gate judged them, and who lets them in. */
export function addModelsCommand(program: Command): Command {
  const models = program.command("models").description("model versions and the gate");
  cloudCommand(models.command("list").description("every model version, the newest first")).action(
    askingCloud(async (api, options) => {
      const list = await api.models.list.query();
      if (options.json === true) return printJson(list);
      printLine(textTable(["MODEL", "NAME", "STATE", "GATE", "NODES"], list.map(cellsOf)));
    }),
  );
  cloudCommand(ofModel(models, "show", "one model, and what the gate says of it")).action(
    askingCloud<[string]>(async (api, options, digest) => {
      const model = await api.models.byId.query({ digest });
      if (options.json === true) return printJson(model);
      const rules = model.gate?.rules ?? [];
      const lines = rules.map(({ verdict, sentence }) => `${verdict}: ${sentence}`);
      printLine([textTable(null, [cellsOf(model)]), ...lines].join("\n"));
    }),
  );
  cloudCommand(
    ofModel(models, "lineage", "from the model to its pictures, people, nodes and events"),
  ).action(
    askingCloud<[string]>(async (api, options, digest) => {
      const lineage = await api.models.lineage.query({ digest });
      if (options.json === true) return printJson(lineage);
      const rows = [
        ...lineage.models.map(({ name, datasetId }) => ["model", name, datasetId ?? "catalog"]),
        ...lineage.people.map(({ name, annotations }) => [
          "person",
          name,
          `${annotations} answers`,
        ]),
        ["pictures", String(lineage.pictures.length), ""],
        ...lineage.nodes.map(({ nodeId, events }) => ["node", nodeId, `${events} events`]),
      ];
      printLine(textTable(null, rows));
    }),
  );
  cloudCommand(
    ofModel(models, "evaluate", "compare a candidate with its base on a golden set").requiredOption(
      "--golden <id>",
      "the golden set",
    ),
  ).action(
    askingCloud<[string], { golden: string }>(async (api, options, digest) => {
      const result = await api.models.evaluate.mutate({ digest, goldenId: options.golden });
      if (result.verdict === "fail") process.exitCode = 1;
      if (options.json === true) printJson(result);
      else
        printLine(`The gate says ${result.verdict}; \`sentinel models show ${digest}\` says why.`);
    }),
  );
  cloudCommand(
    ofModel(models, "approve", "let a candidate into the fleet: its manifest is signed").option(
      "--reason <text>",
      "why, where the gate could not decide",
    ),
  ).action(
    askingCloud<[string], { reason?: string }>(async (api, options, digest) => {
      await api.models.approve.mutate({ digest, reason: options.reason ?? null });
      if (options.json === true) printJson({ digest, state: "approved" });
      else printLine(`Approved and signed. Promote it: sentinel rollouts promote stable ${digest}`);
    }),
  );
  for (const [verb, state] of [
    ["reject", "rejected"],
    ["revoke", "revoked"],
  ] as const) {
    cloudCommand(
      ofModel(models, verb, `say that a model is ${state}`).requiredOption(
        "--reason <text>",
        "why",
      ),
    ).action(
      askingCloud<[string], { reason: string }>(async (api, options, digest) => {
        await api.models[verb].mutate({ digest, reason: options.reason });
        if (options.json === true) printJson({ digest, state });
        else printLine(`It is ${state}.`);
      }),
    );
  }
  return models;
}

function ofModel(models: Command, name: string, description: string): Command {
  return models.command(name).description(description).argument("<model>", "SHA-256 of its file");
}

function cellsOf(model: Model): string[] {
  const { digest, name, state, gate, nodes } = model;
  return [digest, name, state, gate?.verdict ?? "–", String(nodes)];
}
