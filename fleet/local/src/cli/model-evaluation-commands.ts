import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import { type Command, Option } from "commander";
import {
  askingCloud,
  type CloudApi,
  type CloudCommandOptions,
  cloudCommand,
  printJson,
  printLine,
} from "./cloud-command.ts";
import { evaluationText, gateLines, isPending } from "./evaluation-text.ts";
import { MODEL, modelDigest } from "./model-id.ts";
import { wholeDigest } from "./whole-id.ts";

type Evaluation = inferRouterOutputs<AppRouter>["models"]["evaluation"];

const WATCH_MS = 500;

interface EvaluateFlags {
  golden?: string;
  wait: boolean;
}

/** Adds `sentinel models evaluate`, `compare` and `cancel`: two models on the same pictures. */
export function addModelEvaluationCommands(models: Command): void {
  cloudCommand(
    models
      .command("evaluate")
      .description(
        "judge a model against its base and ask the gate; exit code 1 where it fails or nothing came of it",
      )
      .argument("<model>", MODEL)
      .addOption(goldenOption())
      .option("--no-wait", "do not follow it to its end"),
  ).action(
    askingCloud<[string], EvaluateFlags>(async (api, options, text) => {
      const digest = await modelDigest(api, text);
      const goldenId = await goldenOf(api, options.golden);
      const { evaluationId } = await api.models.evaluate.mutate({ digest, ...goldenId });
      await follow(api, evaluationId, options);
    }),
  );
  cloudCommand(
    models
      .command("compare")
      .description(
        "two models on the same pictures: what is known of it, or a new evaluation where nothing is",
      )
      .argument("<before>", MODEL)
      .argument("<after>", MODEL)
      .addOption(goldenOption())
      .option("--anew", "evaluate, also where it was before")
      .option("--no-wait", "do not follow it to its end"),
  ).action(
    askingCloud<[string, string], EvaluateFlags & { anew?: boolean }>(
      async (api, options, before, after) => {
        const against = await modelDigest(api, before);
        const digest = await modelDigest(api, after);
        const { goldenId } = await goldenOf(api, options.golden);
        const known = (await api.models.evaluations.query({ digest })).find(
          (one) =>
            one.against === against &&
            one.state === "done" &&
            (goldenId === undefined || one.measuredOn?.goldenId === goldenId),
        );
        const isKnown = known !== undefined && options.anew !== true;
        const wish = { digest, against, ...(goldenId === undefined ? {} : { goldenId }) };
        const { evaluationId } = isKnown ? known : await api.models.evaluate.mutate(wish);
        await follow(api, evaluationId, options);
      },
    ),
  );
  cloudCommand(
    models
      .command("cancel")
      .description("cancel an evaluation that is not over")
      .argument("<evaluation>", "its id, as `sentinel models show` tells it"),
  ).action(
    askingCloud<[string]>(async (api, options, evaluationId) => {
      await api.models.cancelEvaluation.mutate({ evaluationId });
      if (options.json === true) printJson({ evaluationId });
      else printLine(`${evaluationId} is cancelled.`);
    }),
  );
}

/** Tells how far it is, on stderr, until it is over; then what came of it. */
async function follow(
  api: CloudApi,
  evaluationId: string,
  options: CloudCommandOptions & EvaluateFlags,
): Promise<void> {
  let told = "";
  for (;;) {
    const evaluation = await api.models.evaluation.query({ evaluationId });
    const line = lineOf(evaluation);
    if (line !== told && options.wait) process.stderr.write(`${line}\n`);
    told = line;
    if (!isPending(evaluation) || !options.wait) {
      show(evaluation, options);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

function show(evaluation: Evaluation, options: CloudCommandOptions): void {
  const { state, gate, fault, figures } = evaluation;
  const cameToNothing = state === "failed" || state === "cancelled";
  if (cameToNothing || gate?.verdict === "fail") process.exitCode = 1;
  if (options.json === true) {
    printJson(evaluation);
    return;
  }
  if (fault !== null) {
    printLine(`${fault.code}: ${fault.message}`);
    if (fault.action !== null) printLine(fault.action);
    return;
  }
  if (state === "cancelled") {
    printLine(`${evaluation.evaluationId} was cancelled by ${evaluation.endedBy ?? "somebody"}.`);
    return;
  }
  if (gate !== null) printLine(gateLines(gate).join("\n"));
  if (figures !== null) printLine(`\n${evaluationText(evaluation, figures)}`);
  if (isPending(evaluation)) {
    printLine(
      `${evaluation.evaluationId} is ${state}; \`sentinel models show\` tells how it ends.`,
    );
  }
}

function lineOf({ state, progress }: Evaluation): string {
  return progress === null ? state : `${progress.stage} ${progress.done}/${progress.of}`;
}

function goldenOption(): Option {
  return new Option(
    "--golden <set>",
    "id or name of a golden set (default: the newest that covers what the model learnt)",
  );
}

async function goldenOf(api: CloudApi, text: string | undefined): Promise<{ goldenId?: string }> {
  if (text === undefined) return {};
  const goldenId = await wholeDigest(text, "golden set", async () =>
    (await api.datasets.golden.query()).map((set) => ({ digest: set.goldenId, name: set.name })),
  );
  return { goldenId };
}
