import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import type { Command } from "commander";
import { localError } from "../errors.ts";
import { askingCloud, type CloudApi, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { MODEL, modelDigest } from "./model-id.ts";
import { textTable } from "./text-table.ts";

type Outputs = inferRouterOutputs<AppRouter>["models"];
type Lineage = Outputs["lineage"];
type LinePicture = Outputs["pictures"]["pictures"][number];

const PAGE = 1_000;

/** Adds `sentinel models lineage`: from a model, or an event, to pictures and people, nodes and events. */
export function addModelLineageCommand(models: Command): void {
  cloudCommand(
    models
      .command("lineage")
      .description("from a model back to its pictures and people, and on to its nodes and events")
      .argument("[model]", MODEL)
      .option("--event <id>", "of the model that saw this event")
      .option("--pictures", "name every picture; --json does so too"),
  ).action(
    askingCloud<[string | undefined] & string[], { event?: string; pictures?: boolean }>(
      async (api, options, text) => {
        const digest = await digestOf(api, text, options.event);
        const lineage = await api.models.lineage.query({ digest });
        const isWhole = options.json === true || options.pictures === true;
        const pictures = isWhole ? await allPictures(api, digest) : [];
        if (options.json === true) {
          printJson({ ...lineage, pictureList: pictures });
          return;
        }
        printLine(textTable(null, rowsOf(lineage)));
        if (pictures.length > 0) {
          const rows = pictures.map(({ picture, split, nodeId, cameraId, personName }) => [
            picture,
            split,
            `${nodeId}/${cameraId}`,
            personName,
          ]);
          printLine(`\n${textTable(["PICTURE", "PART", "CAMERA", "ANSWER OF"], rows)}`);
        }
      },
    ),
  );
}

async function digestOf(
  api: CloudApi,
  model: string | undefined,
  event: string | undefined,
): Promise<string> {
  if ((model === undefined) === (event === undefined)) {
    throw localError("INPUT_INVALID", "give a model, or --event, and not both");
  }
  if (event !== undefined) {
    return (await api.events.byId.query({ eventId: event })).modelDigest;
  }
  return await modelDigest(api, model ?? "");
}

async function allPictures(api: CloudApi, digest: string): Promise<LinePicture[]> {
  const all: LinePicture[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: Outputs["pictures"] = await api.models.pictures.query({
      digest,
      cursor,
      limit: PAGE,
    });
    all.push(...page.pictures);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

function rowsOf(lineage: Lineage): string[][] {
  const { pictures } = lineage;
  const trainedOn = ({ datasetId, datasetName }: Lineage["models"][number]) =>
    datasetId === null ? "of the catalog" : `trained on ${datasetName ?? ""} ${datasetId}`;
  return [
    ...lineage.models.map((model, depth) => [
      depth === 0 ? "model" : "  from",
      model.name,
      model.digest.slice(0, 12),
      trainedOn(model),
    ]),
    ["pictures", String(pictures.learnt), "learnt from", ""],
    ["", String(pictures.chosenBy), "chose its epochs", ""],
    ...lineage.people.map(({ name, annotations }) => [
      "person",
      name,
      `${annotations} answers`,
      "",
    ]),
    ...lineage.cameras.map(({ nodeId, cameraId, pictures: count }) => [
      "camera",
      `${nodeId}/${cameraId}`,
      `${count} pictures`,
      "",
    ]),
    ...lineage.descendants.map(({ name, digest, state }) => [
      "became",
      name,
      digest.slice(0, 12),
      state,
    ]),
    ...lineage.nodes.map(({ nodeId, events, now }) => [
      "node",
      nodeId,
      `${events} events`,
      now ? "runs it now" : "ran it",
    ]),
    ...lineage.rollouts.map(({ rolloutId, channel, state }) => [
      "rollout",
      rolloutId,
      channel,
      state,
    ]),
  ];
}
