import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import { localError } from "../errors.ts";
import { namedBoxArgument } from "./box-argument.ts";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";
import { addTriageRulesCommand } from "./triage-rules-command.ts";

type Item = inferRouterOutputs<AppRouter>["triage"]["item"];
type Answer = inferRouterInputs<AppRouter>["triage"]["answer"];

const VERDICTS = ["accept", "reject", "class", "boxes", "duplicate"] as const;

interface AnswerFlags {
  verdict?: (typeof VERDICTS)[number];
  class?: string;
  box?: ReturnType<typeof namedBoxArgument>[];
}

/** Adds `sentinel triage …`: what waits for an answer, and answering it without a browser. */
export function addTriageCommand(program: Command): Command {
  const triage = program.command("triage").description("questions that the model is unsure about");
  addReading(triage);
  addAnswering(triage);
  addTriageRulesCommand(triage);
  return triage;
}

function addReading(triage: Command): void {
  cloudCommand(triage.command("summary").description("how many wait, class by class")).action(
    askingCloud(async (api, options) => {
      const summary = await api.triage.summary.query();
      if (options.json === true) return printJson(summary);
      const rows = summary.classes.map(({ className, open, hidden }) => [
        className ?? "(nothing detected)",
        String(open),
        String(hidden),
      ]);
      const all = ["all", String(summary.open), String(summary.hidden)];
      printLine(textTable(["CLASS", "OPEN", "KEPT OUT"], [...rows, all]));
    }),
  );
  cloudCommand(
    triage
      .command("stats")
      .description("how your answering goes, and what the next dataset version still needs"),
  ).action(
    askingCloud(async (api, options) => {
      const stats = await api.triage.stats.query();
      if (options.json === true) return printJson(stats);
      const { medianDecisionMs: median, given, undone, checked, agreed, needed } = stats;
      printLine(
        textTable(null, [
          ["median decision", median === null ? "–" : `${(median / 1000).toFixed(1)} s`],
          ["taken back", `${undone} of your last ${given}`],
          ["agreement", `${agreed} of ${checked} known answers`],
          ["yours in 24 h", String(stats.today)],
          ["of all people", String(stats.answered)],
          ["next version", `${needed.annotations} of ${needed.threshold} answers`],
          ...(needed.blocked === null ? [] : [["not built yet", needed.blocked.message]]),
        ]),
      );
    }),
  );
  cloudCommand(
    triage
      .command("next")
      .description("the next questions of a class; they are yours for two minutes")
      .option("--class <name>", "the class; without it: what moved and was not detected")
      .option("--count <number>", "how many, 1 to 10", count, 1),
  ).action(
    askingCloud<[], { class?: string; count: number }>(async (api, options) => {
      const className = options.class ?? null;
      const { items } = await api.triage.next.mutate({ className, count: options.count });
      if (options.json === true) return printJson(items);
      const head = ["ITEM", "CAMERA", "REASON", "CLASS", "SCORE", "PICTURE"];
      const rows = items.map((item) => [
        item.itemId,
        `${item.nodeId}/${item.cameraId}`,
        item.reason,
        item.className ?? "–",
        item.score?.toFixed(2) ?? "–",
        `/api/snapshots/${item.picture}.jpg`,
      ]);
      printLine(items.length === 0 ? "Nothing waits for an answer." : textTable(head, rows));
    }),
  );
}

function addAnswering(triage: Command): void {
  cloudCommand(
    triage
      .command("answer")
      .description("answer one question: with --verdict, or with the boxes that are there")
      .argument("<item>", "its id, from `next`")
      .addOption(
        new Option("--verdict <word>", "what is there; boxes where --box is given").choices(
          VERDICTS,
        ),
      )
      .option("--class <name>", "the right class, by name or number, for --verdict class")
      .option(
        "--box <class:x,y,w,h...>",
        "a box in fractions of the picture, for example car:0.1,0.2,0.3,0.4; may be repeated",
        (text: string, before: AnswerFlags["box"] = []) => [...before, namedBoxArgument(text)],
      )
      .addHelpText("after", ANSWER_HELP),
  ).action(
    askingCloud<[string], AnswerFlags>(async (api, options, itemId) => {
      const said = verdictOf(options);
      const item = await api.triage.item.query({ itemId });
      const annotationId = crypto.randomUUID();
      const boxes = boxesOf(item, said, options);
      await api.triage.answer.mutate({ annotationId, itemId, verdict: said, boxes });
      if (options.json === true) printJson({ annotationId, itemId, verdict: said, boxes });
      else printLine("Kept. `sentinel triage undo` takes it back.");
    }),
  );
  cloudCommand(
    triage
      .command("skip")
      .description("give a question back, behind the others of its class")
      .argument("<item>", "its id, from `next`"),
  ).action(
    askingCloud<[string]>(async (api, options, itemId) => {
      await api.triage.skip.mutate({ itemId });
      if (options.json === true) printJson({ itemId });
      else printLine("It is asked again later.");
    }),
  );
  cloudCommand(
    triage
      .command("undo")
      .description("take back your newest answer; asked again, the one before, without limit"),
  ).action(
    askingCloud(async (api, options) => {
      const { item } = await api.triage.undo.mutate({});
      if (options.json === true) printJson({ itemId: item?.itemId ?? null });
      else
        printLine(
          item === null ? "There is nothing to take back." : `${item.itemId} is open again.`,
        );
    }),
  );
}

const ANSWER_HELP = `
Examples:
  sentinel triage answer ITEM --verdict accept
  sentinel triage answer ITEM --verdict class --class truck
  sentinel triage answer ITEM --box "car:0.1,0.2,0.3,0.4" --box "person:0.6,0.2,0.1,0.5"`;

/** @throws CodedError INPUT_INVALID where the flags say nothing, or two things. */
function verdictOf({ verdict, class: name, box }: AnswerFlags): Answer["verdict"] {
  const refuse = (what: string) => localError("INPUT_INVALID", what);
  const said = verdict ?? (box === undefined ? undefined : "boxes");
  if (said === undefined) throw refuse("give --verdict, or the boxes by --box");
  if ((said === "boxes") !== (box !== undefined)) {
    throw refuse(box === undefined ? "--verdict boxes wants --box" : `--box is not for ${said}`);
  }
  if ((said === "class") !== (name !== undefined)) {
    throw refuse(
      name === undefined ? "--verdict class wants --class" : `--class is not for ${said}`,
    );
  }
  return said;
}

/** What the flags say is there, by the item's own classes. @throws CodedError INPUT_INVALID. */
function boxesOf(
  item: Item,
  verdict: Answer["verdict"],
  flags: AnswerFlags,
): NonNullable<Answer["boxes"]> {
  if (verdict === "boxes") {
    return (flags.box ?? []).map(({ name, box }) => ({ classId: classIdOf(item, name), box }));
  }
  if (verdict !== "accept" && verdict !== "class") return [];
  const classId = verdict === "class" ? classIdOf(item, flags.class ?? "") : item.classId;
  if (classId !== null && item.box !== null) return [{ classId, box: item.box }];
  throw localError("INPUT_INVALID", "the model saw nothing here: say what is there by --box");
}

function classIdOf(item: Item, named: string): number {
  const byName = item.classNames.indexOf(named);
  const classId = byName >= 0 || !/^\d+$/.test(named) ? byName : Number(named);
  if (classId >= 0 && classId < item.classNames.length) return classId;
  const some = item.classNames.slice(0, 8).join(", ");
  const more = item.classNames.length > 8 ? ", …" : "";
  throw localError(
    "INPUT_INVALID",
    `${named.slice(0, 80)} is no class of the model; it knows ${some}${more}`,
  );
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10) return value;
  throw new InvalidArgumentError("A whole number from 1 to 10.");
}
