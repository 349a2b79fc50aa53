import { type Command, InvalidArgumentError, Option } from "commander";
import { askingCloud, cloudCommand, printJson, printLine } from "./cloud-command.ts";
import { textTable } from "./text-table.ts";

interface AnswerFlags {
  verdict: "accept" | "reject" | "class" | "duplicate";
  classId?: number;
}

/** Adds `sentinel triage …`: what waits for an answer, and answering it without a browser. */
export function addTriageCommand(program: Command): Command {
  const triage = program.command("triage").description("questions that the model is unsure about");
  cloudCommand(triage.command("summary").description("how many wait, class by class")).action(
    askingCloud(async (api, options) => {
      const summary = await api.triage.summary.query();
      const stats = await api.triage.stats.query();
      if (options.json === true) return printJson({ ...summary, stats });
      const rows = summary.classes.map(({ className, open }) => [
        className ?? "(nothing detected)",
        String(open),
      ]);
      printLine(textTable(["CLASS", "OPEN"], [...rows, ["all", String(summary.open)]]));
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
        `/snapshots/${item.picture}.jpg`,
      ]);
      printLine(items.length === 0 ? "Nothing waits for an answer." : textTable(head, rows));
    }),
  );
  cloudCommand(
    triage
      .command("answer")
      .description("answer one question")
      .argument("<item>", "its id, from `next`")
      .addOption(
        new Option("--verdict <word>", "what is there")
          .choices(["accept", "reject", "class", "duplicate"])
          .makeOptionMandatory(),
      )
      .option("--class-id <number>", "the right class, for --verdict class", classId),
  ).action(
    askingCloud<[string], AnswerFlags>(async (api, options, itemId) => {
      const item = await api.triage.item.query({ itemId });
      const right = options.verdict === "class" ? options.classId : item.classId;
      const boxed = options.verdict === "accept" || options.verdict === "class";
      const boxes =
        boxed && right != null && item.box !== null ? [{ classId: right, box: item.box }] : [];
      const annotationId = crypto.randomUUID();
      await api.triage.answer.mutate({ annotationId, itemId, verdict: options.verdict, boxes });
      if (options.json === true) printJson({ annotationId });
      else printLine("Kept. `sentinel triage undo` takes it back.");
    }),
  );
  cloudCommand(triage.command("undo").description("take back your newest answer")).action(
    askingCloud(async (api, options) => {
      const { item } = await api.triage.undo.mutate();
      if (options.json === true) printJson({ itemId: item?.itemId ?? null });
      else
        printLine(
          item === null ? "There is nothing to take back." : `${item.itemId} is open again.`,
        );
    }),
  );
  return triage;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 10) return value;
  throw new InvalidArgumentError("A whole number from 1 to 10.");
}

function classId(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("The number of a class, from 0.");
}
