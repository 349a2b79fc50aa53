import type { AppRouter } from "@sentinel/cloud/api/router";
import type { Box } from "@sentinel/protocol/box";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import { localError } from "../errors.ts";
import { boxArgument, cameraArgument } from "./box-argument.ts";
import { askingCloud, type CloudApi, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

type Outputs = inferRouterOutputs<AppRouter>["triage"]["rules"];
type Wish = inferRouterInputs<AppRouter>["triage"]["rules"]["preview"];
type Rule = Outputs["list"][number];

interface PlaceFlags {
  camera: { nodeId: string; cameraId: string };
  class?: string;
  mask?: Box;
  minScore?: number;
}

/** Adds `sentinel triage rules …`: masks and thresholds that keep questions away. */
export function addTriageRulesCommand(triage: Command): void {
  const rules = triage
    .command("rules")
    .description("masks and thresholds that keep questions away; cameras watch on");
  cloudCommand(rules.command("list").description("what is kept out, the newest first")).action(
    askingCloud(async (api, options) => {
      const list = await api.triage.rules.list.query();
      if (options.json === true) return printJson(list);
      const head = ["RULE", "CAMERA", "CLASS", "KEEPS OUT", "HIDDEN", "SINCE", "BY", "NOTE"];
      printLine(list.length === 0 ? "Nothing is kept out." : textTable(head, list.map(cellsOf)));
    }),
  );
  cloudCommand(
    rules
      .command("offer")
      .description("what could be kept out after rejects of the same place")
      .argument("<item>", "the id of a question that was rejected"),
  ).action(
    askingCloud<[string]>(async (api, options, itemId) => {
      const offer = await api.triage.rules.offer.query({ itemId });
      if (options.json === true) return printJson(offer);
      if (offer === null) return printLine("Nothing is offered: three rejects of a place are.");
      printLine(`${offer.rejects} rejects of one place of ${offer.nodeId}/${offer.cameraId}`);
      const { mask, threshold } = offer;
      printLine(`--mask ${mask.box.map((value) => value.toFixed(4)).join(",")}`);
      printLine(`  ${previewWords(mask.preview)}`);
      if (threshold === null) return;
      printLine(`--min-score ${threshold.minScore}`);
      printLine(`  ${previewWords(threshold.preview)}`);
    }),
  );
  cloudCommand(
    placeOptions(rules.command("preview").description("what a rule would have hidden")),
  ).action(
    askingCloud<[], PlaceFlags>(async (api, options) => {
      const { marks, ...preview } = await api.triage.rules.preview.query(wishOf(options));
      if (options.json === true) printJson({ ...preview, marks });
      else printLine(previewWords({ ...preview, marks }));
    }),
  );
  cloudCommand(
    placeOptions(rules.command("add").description("keep a place or low scores out")).option(
      "--note <text>",
      "why, for others",
    ),
  ).action(
    askingCloud<[], PlaceFlags & { note?: string }>(async (api, options) => {
      const wish = { ...wishOf(options), note: options.note ?? null };
      const added = await api.triage.rules.add.mutate(wish);
      if (options.json === true) printJson(added);
      else printLine(`${added.ruleId} holds; it hides ${added.hidden} open questions.`);
    }),
  );
  cloudCommand(
    rules
      .command("remove")
      .description("take a rule away; what it hid is asked again")
      .argument("<rule>", "its id, or the first digits of it"),
  ).action(
    askingCloud<[string]>(async (api, options, start) => {
      const ruleId = await wholeId(api, start);
      await api.triage.rules.remove.mutate({ ruleId });
      if (options.json === true) printJson({ ruleId });
      else printLine("Removed. What it hid is asked again.");
    }),
  );
}

function placeOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--camera <node/camera>", "the camera, for example harbour-1/gate")
        .argParser(cameraArgument)
        .makeOptionMandatory(),
    )
    .option("--class <name>", "the class; without it: what moved and was not detected")
    .option("--mask <x,y,w,h>", "a place, in fractions of the camera's frame", boxArgument)
    .option("--min-score <score>", "what scores less is kept out", score);
}

/** @throws CodedError INPUT_INVALID where the flags say no rule, or two. */
function wishOf({ camera, class: className, mask, minScore }: PlaceFlags): Wish {
  if ((mask === undefined) === (minScore === undefined)) {
    throw localError("INPUT_INVALID", "give --mask or --min-score, one of the two");
  }
  const place = { ...camera, className: className ?? null };
  if (mask !== undefined) return { place, shape: { kind: "mask", box: mask } };
  return { place, shape: { kind: "threshold", minScore: minScore ?? 0 } };
}

function previewWords({ of, hidden, hiddenAccepted }: Outputs["preview"]): string {
  return `would have hidden ${hidden} of the last ${of}, ${hiddenAccepted} of them accepted`;
}

function cellsOf(rule: Rule): string[] {
  return [
    rule.ruleId,
    `${rule.nodeId}/${rule.cameraId}`,
    rule.className ?? "(nothing detected)",
    rule.kind === "mask"
      ? `mask ${rule.box.map((value) => value.toFixed(3)).join(",")}`
      : `scores below ${rule.minScore}`,
    `${rule.hidden} + ${rule.keptOut}`,
    new Date(rule.madeAt).toISOString().slice(0, 16),
    rule.madeBy,
    rule.note ?? "",
  ];
}

/** The id that begins so. @throws CodedError INPUT_INVALID where none does, or several do. */
async function wholeId(api: CloudApi, start: string): Promise<string> {
  const rules = await api.triage.rules.list.query();
  const found = rules.filter(({ ruleId }) => ruleId.startsWith(start.toLowerCase()));
  const [rule] = found;
  if (rule !== undefined && found.length === 1) return rule.ruleId;
  const why = found.length === 0 ? "no rule's id begins so" : "several ids begin so";
  throw localError("INPUT_INVALID", `${start.slice(0, 80)}: ${why}`);
}

function score(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("A score above 0, up to 1.");
}
