import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  askingCloud,
  type CloudApi,
  type CloudCommandOptions,
  cloudCommand,
  printJson,
  printLine,
} from "./cloud-command.ts";
import { textTable } from "./text-table.ts";
import { addTrainCameraCommand } from "./train-camera-command.ts";

type Job = inferRouterOutputs<AppRouter>["training"]["byId"];

const WATCH_MS = 500;

/** Adds `sentinel train …`: jobs, and when the loop trains by itself. */
export function addTrainCommand(program: Command): Command {
  const train = program.command("train").description("train models and watch them learn");
  addTrainCameraCommand(train);
  addStart(train);
  cloudCommand(train.command("list").description("training jobs, the newest first")).action(
    askingCloud(async (api, options) => {
      const jobs = await api.training.list.query();
      if (options.json === true) return printJson(jobs);
      printLine(
        textTable(["JOB", "STATE", "STAGE", "AP50", "DATASET", "MODEL"], jobs.map(cellsOf)),
      );
    }),
  );
  cloudCommand(
    train.command("show").description("one training job").argument("<job>", "its id"),
  ).action(
    askingCloud<[string]>(async (api, options, jobId) =>
      show(await api.training.byId.query({ jobId }), options),
    ),
  );
  cloudCommand(
    train
      .command("watch")
      .description("follow a training job until it is over; exit code 1 where it failed")
      .argument("<job>", "its id"),
  ).action(askingCloud<[string]>((api, options, jobId) => watch(api, jobId, options)));
  cloudCommand(
    train.command("cancel").description("cancel a training job").argument("<job>", "its id"),
  ).action(
    askingCloud<[string]>(async (api, options, jobId) => {
      await api.training.cancel.mutate({ jobId });
      if (options.json === true) printJson({ jobId });
      else printLine(`${jobId} is cancelled.`);
    }),
  );
  addSettings(train);
  return train;
}

interface StartFlags {
  dataset: string;
  base?: string;
  engine: "head" | "tfjs";
  epochs?: number;
  seed: number;
  watch?: boolean;
}

function addStart(train: Command): void {
  cloudCommand(
    train
      .command("start")
      .description("train a model from a dataset version")
      .requiredOption("--dataset <id>", "the dataset version")
      .option("--base <digest>", "the model to begin from (default: the newest approved one)")
      .addOption(engineOption().default("head"))
      .option("--epochs <count>", "passes over the pictures (default: the engine's own)", whole)
      .option("--seed <number>", "the same seed gives the same model", whole, 1)
      .option("--watch", "follow it until it is over"),
  ).action(
    askingCloud<[], StartFlags>(async (api, options) => {
      const { jobId } = await api.training.start.mutate({
        datasetId: options.dataset,
        ...(options.base === undefined ? {} : { baseDigest: options.base }),
        engine: options.engine,
        settings: options.epochs === undefined ? {} : { epochs: options.epochs },
        seed: options.seed,
      });
      if (options.watch === true) return watch(api, jobId, options);
      if (options.json === true) printJson({ jobId });
      else printLine(`${jobId} is queued. Follow it: sentinel train watch ${jobId}`);
    }),
  );
}

interface LoopFlags {
  annotations?: number;
  engine?: "head" | "tfjs";
  on?: boolean;
  off?: boolean;
}

function addSettings(train: Command): void {
  cloudCommand(
    train
      .command("settings")
      .description("when the loop trains by itself: shows it, and changes what is given")
      .option("--annotations <count>", "so many new annotations start a job", whole)
      .addOption(engineOption())
      .addOption(new Option("--on", "train by itself").conflicts("off"))
      .addOption(new Option("--off", "only by hand").conflicts("on")),
  ).action(
    askingCloud<[], LoopFlags>(async (api, options) => {
      const { annotations, engine } = options;
      const change = {
        ...(annotations === undefined ? {} : { annotations }),
        ...(engine === undefined ? {} : { engine }),
        ...(options.on === true ? { enabled: true } : {}),
        ...(options.off === true ? { enabled: false } : {}),
      };
      if (Object.keys(change).length > 0) await api.training.setLoop.mutate(change);
      const loop = await api.training.loop.query();
      if (options.json === true) return printJson(loop);
      const { settings } = loop;
      printLine(
        `${settings.enabled ? "on" : "off"}: after ${settings.annotations} new annotations, engine ${settings.engine}`,
      );
      printLine(
        `${loop.annotations} have come; begins from ${loop.base?.name ?? "no approved model"}`,
      );
      if (loop.blocked !== null)
        printLine(`cannot train yet: ${loop.blocked.code}: ${loop.blocked.message}`);
    }),
  );
}

/** Asks again until the job is over. */
async function watch(api: CloudApi, jobId: string, options: CloudCommandOptions): Promise<void> {
  let told = "";
  for (;;) {
    const job = await api.training.byId.query({ jobId });
    const line = lineOf(job);
    if (line !== told) process.stderr.write(`${line}\n`);
    told = line;
    if (job.state !== "queued" && job.state !== "running") {
      show(job, options);
      if (job.state !== "done") process.exitCode = 1;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

function lineOf(job: Job): string {
  const { progress, curve, state } = job;
  const stage = progress === null ? state : `${progress.stage} ${progress.done}/${progress.of}`;
  const last = curve.at(-1);
  if (last === undefined) return stage;
  return `${stage}: epoch ${last.epoch}, loss ${last.trainLoss.toFixed(3)}, validation ${last.validationLoss.toFixed(3)}, AP50 ${last.validationAp50.toFixed(3)}`;
}

function show(job: Job, options: CloudCommandOptions): void {
  if (options.json === true) {
    printJson(job);
    return;
  }
  const seconds =
    job.startedAt === null ? null : ((job.endedAt ?? Date.now()) - job.startedAt) / 1000;
  const rows = [
    ["job", job.jobId],
    ["state", job.state],
    ["started by", job.cause === "threshold" ? "enough new annotations" : job.queuedBy],
    ["dataset", `${job.datasetName ?? ""} ${job.datasetId}`.trim()],
    ["base model", `${job.baseName ?? ""} ${job.baseDigest}`.trim()],
    ["engine", `${job.engine}, seed ${job.seed}`],
    ["seconds", seconds === null ? "–" : seconds.toFixed(1)],
    ["model", job.modelDigest ?? "–"],
    ...job.curve.map((point) => [
      `epoch ${point.epoch}`,
      `loss ${point.trainLoss.toFixed(4)}, validation ${point.validationLoss.toFixed(4)}, AP50 ${point.validationAp50.toFixed(4)}`,
    ]),
    ...(job.fault === null ? [] : [["fault", `${job.fault.code}: ${job.fault.message}`]]),
    ...(job.fault?.action == null ? [] : [["what to do", job.fault.action]]),
    ...(job.fault?.lines ?? []).map((line) => ["", line]),
  ];
  printLine(textTable(null, rows));
}

function cellsOf(job: Job): string[] {
  const { progress } = job;
  const best = job.curve.length === 0 ? null : Math.max(...job.curve.map((p) => p.validationAp50));
  return [
    job.jobId,
    job.state,
    progress === null ? "–" : `${progress.stage} ${progress.done}/${progress.of}`,
    best === null ? "–" : best.toFixed(3),
    job.datasetName ?? job.datasetId.slice(0, 12),
    job.modelName ?? job.modelDigest?.slice(0, 12) ?? "–",
  ];
}

function engineOption(): Option {
  return new Option("--engine <name>", "head: the detection head; tfjs: TensorFlow.js").choices([
    "head",
    "tfjs",
  ]);
}

function whole(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("A whole number is wanted.");
}
