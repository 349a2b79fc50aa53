import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { askingCloud, type CloudApi, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { evaluationText, gateLines, isPending } from "./evaluation-text.ts";
import { addModelAddCommand } from "./model-add-command.ts";
import { addModelEvaluationCommands } from "./model-evaluation-commands.ts";
import { MODEL, modelDigest } from "./model-id.ts";
import { addModelLineageCommand } from "./model-lineage-command.ts";
import { textTable } from "./text-table.ts";

type Model = inferRouterOutputs<AppRouter>["models"]["list"][number];

/** Adds `sentinel models …`: which there are, how they were judged, where they come from, who lets them in. */
export function addModelsCommand(program: Command): Command {
  const models = program.command("models").description("model versions and the gate");
  cloudCommand(models.command("list").description("every model version, the newest first")).action(
    askingCloud(async (api, options) => {
      const list = await api.models.list.query();
      if (options.json === true) return printJson(list);
      const head = ["MODEL", "NAME", "STATE", "GATE", "EVALUATION", "NODES", "MADE"];
      printLine(textTable(head, list.map(cellsOf)));
    }),
  );
  cloudCommand(
    models
      .command("show")
      .description("one model: its figures, and what the gate says of it")
      .argument("<model>", MODEL),
  ).action(askingCloud<[string]>((api, options, model) => show(api, model, options.json === true)));
  addModelEvaluationCommands(models);
  addModelLineageCommand(models);
  addModelAddCommand(models);
  addDecisions(models);
  return models;
}

async function show(api: CloudApi, text: string, json: boolean): Promise<void> {
  const digest = await modelDigest(api, text);
  const model = await api.models.byId.query({ digest });
  const evaluations = await api.models.evaluations.query({ digest });
  const judgedBy = model.gate?.evaluationId ?? evaluations.find(isDone)?.evaluationId;
  const evaluation =
    judgedBy == null ? null : await api.models.evaluation.query({ evaluationId: judgedBy });
  const latencies = await api.models.latencies.query({ digests: [digest] });
  if (json) {
    printJson({ ...model, evaluations, judgedBy: evaluation, latencies });
    return;
  }
  const newest = evaluations.find(isPending) ?? evaluations[0];
  const rows = [
    ["model", digest],
    ["name", model.name],
    ["state", stateWords(model)],
    ["made", new Date(model.madeAt).toISOString()],
    ["input", `${model.layout}, ${model.inputSize} px, ${model.classNames.length} classes`],
    ["licence", model.licence.id],
    ["base", model.baseDigest ?? "none: it is of the catalog"],
    ...(model.datasetId === null ? [] : [["trained on", model.datasetId]]),
    ["nodes", String(model.nodes)],
    ...latencies.map(({ nodeId, p50Ms, p95Ms, now }) => [
      `on ${nodeId}`,
      `${p50Ms.toFixed(0)} ms a frame, 95 % below ${p95Ms.toFixed(0)} ms${now ? "" : " when it ran it"}`,
    ]),
    ...(newest === undefined ? [] : [["evaluation", `${newest.evaluationId} ${newest.state}`]]),
    ...(newest?.fault == null
      ? []
      : [
          ["fault", `${newest.fault.code}: ${newest.fault.message}`],
          ["what to do", newest.fault.action ?? "–"],
        ]),
  ];
  printLine(textTable(null, rows));
  if (model.gate !== null) printLine(`\n${gateLines(model.gate).join("\n")}`);
  if (evaluation?.figures != null) printLine(`\n${evaluationText(evaluation, evaluation.figures)}`);
}

function isDone({ state }: { state: string }): boolean {
  return state === "done";
}

function addDecisions(models: Command): void {
  cloudCommand(
    models
      .command("approve")
      .description("let a candidate into the fleet: its manifest is signed")
      .argument("<model>", MODEL)
      .option("--reason <text>", "why, where the gate could not decide"),
  ).action(
    askingCloud<[string], { reason?: string }>(async (api, options, model) => {
      const digest = await modelDigest(api, model);
      await api.models.approve.mutate({ digest, reason: options.reason ?? null });
      if (options.json === true) printJson({ digest, state: "approved" });
      else printLine(`Approved and signed. Promote it: sentinel rollouts promote stable ${digest}`);
    }),
  );
  for (const [verb, state, description] of [
    ["reject", "rejected", "say that a candidate will not run"],
    ["revoke", "revoked", "say that a model must not run any more, on any node"],
  ] as const) {
    cloudCommand(
      models
        .command(verb)
        .description(description)
        .argument("<model>", MODEL)
        .requiredOption("--reason <text>", "why"),
    ).action(
      askingCloud<[string], { reason: string }>(async (api, options, model) => {
        const digest = await modelDigest(api, model);
        await api.models[verb].mutate({ digest, reason: options.reason });
        if (options.json === true) printJson({ digest, state });
        else printLine(`It is ${state}.`);
      }),
    );
  }
}

function cellsOf(model: Model): string[] {
  const { digest, name, state, gate, nodes, evaluation, madeAt } = model;
  return [
    digest.slice(0, 12),
    name,
    state,
    gate?.verdict ?? "–",
    evaluation === null ? "–" : (evaluation.fault ?? evaluation.state),
    String(nodes),
    new Date(madeAt).toISOString().slice(0, 16),
  ];
}

function stateWords(model: Model): string {
  const because = (by: string | null, why: string | null) =>
    `${by === null ? "" : ` by ${by}`}${why === null ? "" : `: ${why}`}`;
  switch (model.state) {
    case "candidate":
      return "candidate";
    case "approved":
      return `approved${because(model.approvedBy, model.approvedWhy)}`;
    case "rejected":
      return `rejected${because(model.rejectedBy, model.rejectedWhy)}`;
    case "revoked":
      return `revoked${because(model.revokedBy, model.revokedWhy)}`;
  }
}
