import type { AppRouter } from "@sentinel/cloud/api/router";
import type { inferRouterOutputs } from "@trpc/server";
import { type Command, Option } from "commander";
import { exportDataset } from "../datasets/export-dataset.ts";
import { importFolder } from "../datasets/import-folder.ts";
import { FORMATS, type Format } from "../datasets/read-labelled-folder.ts";
import { localError } from "../errors.ts";
import {
  askingCloud,
  type CloudApi,
  type CloudCommandOptions,
  cloudCommand,
  printJson,
  printLine,
} from "./cloud-command.ts";
import { addQueryOptions, buildWishOf, type QueryFlags, queryOf } from "./dataset-query-options.ts";
import { textTable } from "./text-table.ts";

type Outputs = inferRouterOutputs<AppRouter>["datasets"];
type Split = Outputs["pictures"]["pictures"][number]["split"];

const SPLITS: readonly Split[] = ["train", "validation", "golden"];
const ID = "its id, or the first digits of it";

/** Adds `sentinel datasets …`: versions, golden sets, and folders in and out. */
export function addDatasetsCommand(program: Command): Command {
  const datasets = program
    .command("datasets")
    .description("dataset versions and golden sets; COCO and YOLO folders in and out");
  addReading(datasets);
  addBuild(datasets);
  addGolden(datasets);
  addFolders(datasets);
  return datasets;
}

function addReading(datasets: Command): void {
  cloudCommand(datasets.command("list").description("dataset versions, the newest first")).action(
    askingCloud(async (api, options) => {
      const versions = await api.datasets.list.query({});
      if (options.json === true) return printJson(versions);
      const head = ["VERSION", "NAME", "TRAIN", "VALIDATION", "GOLDEN", "BOXES", "MADE", "BY"];
      const rows = versions.map((version) => [
        version.datasetId.slice(0, 12),
        version.name,
        ...SPLITS.map((split) => String(version.counts[split].pictures)),
        String(version.boxes),
        new Date(version.madeAt).toISOString().slice(0, 16),
        version.madeBy,
      ]);
      printLine(textTable(head, rows));
    }),
  );
  cloudCommand(
    datasets.command("show").description("what a version is made of").argument("<version>", ID),
  ).action(
    askingCloud<[string]>(async (api, options, version) => {
      const datasetId = await wholeId(api, version);
      show(await api.datasets.byId.query({ datasetId }), options);
    }),
  );
  cloudCommand(
    datasets
      .command("diff")
      .description("what two versions have not in common")
      .argument("<before>", ID)
      .argument("<after>", ID),
  ).action(
    askingCloud<[string, string]>(async (api, options, before, after) => {
      const pair = { before: await wholeId(api, before), after: await wholeId(api, after) };
      const diff = await api.datasets.diff.query(pair);
      if (options.json === true) return printJson(diff);
      const { added, removed, answers, moved, same } = diff.counts;
      printLine(
        `${added} added, ${removed} removed, ${answers} answered anew, ${moved} moved, ${same} the same`,
      );
      const rows = diff.classes.map((one) => [
        one.className,
        String(one.before),
        String(one.after),
      ]);
      printLine(textTable(["CLASS", "BOXES BEFORE", "AFTER"], rows));
    }),
  );
}

function addBuild(datasets: Command): void {
  cloudCommand(
    addQueryOptions(
      datasets.command("build").description("build a version from the answers that hold"),
    )
      .requiredOption("--name <name>", "what people call it")
      .option("--validation-share <share>", "share of the pictures to measure on (0.2)", Number)
      .option("--block-seconds <seconds>", "pictures of a camera stay together so long", Number)
      .option("--golden <set>", "id of the golden set in it, or none (default: the newest)")
      .option("--train <sha256...>", "pictures that have to be learnt from")
      .option("--validation <sha256...>", "pictures that have to be measured on")
      .option("--dry-run", "tell what it would come to; pictures are looked for when it is built"),
  ).action(
    askingCloud<[], QueryFlags & { name: string; dryRun?: boolean }>(async (api, options) => {
      const wish = buildWishOf(options);
      if (options.dryRun === true)
        return showBuilt(await api.datasets.preview.query(wish), options);
      const built = await api.datasets.build.mutate({ name: options.name, ...wish });
      showBuilt(built, options);
    }),
  );
}

function addGolden(datasets: Command): void {
  const golden = datasets.command("golden").description("sets that no training may touch");
  cloudCommand(golden.command("list").description("golden sets, the newest first")).action(
    askingCloud(async (api, options) => {
      const sets = await api.datasets.golden.query();
      if (options.json === true) return printJson(sets);
      const rows = sets.map((set) => [
        set.goldenId.slice(0, 12),
        set.name,
        String(set.pictures),
        String(set.boxes),
        String(set.versions),
        new Date(set.frozenAt).toISOString().slice(0, 16),
        set.frozenBy,
      ]);
      printLine(textTable(["SET", "NAME", "PICTURES", "BOXES", "VERSIONS", "FROZEN", "BY"], rows));
    }),
  );
  cloudCommand(
    addQueryOptions(
      golden
        .command("freeze")
        .description("freeze pictures of a version, or the answers to a query, for ever"),
    )
      .requiredOption("--name <name>", "what people call it")
      .option("--dataset <version>", ID)
      .addOption(
        new Option("--split <part...>", "parts of the version (validation)").choices(SPLITS),
      ),
  ).action(
    askingCloud<[], QueryFlags & { name: string; dataset?: string; split?: Split[] }>(
      async (api, options) => {
        const query = queryOf(options);
        if (options.dataset !== undefined && Object.keys(query).length > 0) {
          throw localError("INPUT_INVALID", "give --dataset, or a query, not both");
        }
        const wish =
          options.dataset === undefined
            ? { query }
            : {
                dataset: {
                  datasetId: await wholeId(api, options.dataset),
                  splits: options.split ?? ["validation"],
                },
              };
        const frozen = await api.datasets.freeze.mutate({ name: options.name, ...wish });
        if (options.json === true) return printJson(frozen);
        const told = frozen.existed ? "was frozen before" : "is frozen";
        printLine(`${frozen.goldenId} ${told}: ${frozen.pictures} pictures`);
      },
    ),
  );
}

function addFolders(datasets: Command): void {
  const format = () =>
    new Option("--format <format>", "how labels are written")
      .choices(FORMATS)
      .makeOptionMandatory();
  cloudCommand(
    datasets
      .command("export")
      .description("write a version with its pictures to a new folder")
      .argument("<version>", ID)
      .addOption(format())
      .requiredOption("--out <folder>", "a folder that is new or empty"),
  ).action(
    askingCloud<[string], { format: Format; out: string }>(async (api, options, version) => {
      const datasetId = await wholeId(api, version);
      const wish = { datasetId, format: options.format, out: options.out };
      const done = await exportDataset(api, wish, telling("exported"));
      if (options.json === true) return printJson({ datasetId, out: options.out, ...done });
      printLine(`${done.pictures} pictures and ${done.files} label files are in ${options.out}`);
    }),
  );
  cloudCommand(
    datasets
      .command("import")
      .description("take the labels of a folder as answers, and upload its pictures")
      .argument("<folder>", "labels and pictures")
      .addOption(format())
      .requiredOption("--camera <id>", "the camera that they count for, for example coco128")
      .option("--node <id>", "the node of that camera", "import"),
  ).action(
    askingCloud<[string], { format: Format; camera: string; node: string }>(
      async (api, options, folder) => {
        const place = { nodeId: options.node, cameraId: options.camera };
        const wish = { folder, format: options.format, ...place };
        const done = await importFolder(api, wish, telling("imported"));
        if (options.json === true) return printJson(done);
        printLine(
          `${done.imported} of ${done.pictures} pictures are imported with their boxes; ${done.unchanged} were there with the same answer`,
        );
        if (done.unlabelled > 0) printLine(`${done.unlabelled} pictures have no labels: left out`);
        if (done.lonely > 0) printLine(`${done.lonely} labels files have no picture: left out`);
        if (done.twice > 0) printLine(`${done.twice} files are the same picture as another`);
      },
    ),
  );
}

function show(detail: Outputs["byId"], options: CloudCommandOptions): void {
  if (options.json === true) {
    printJson(detail);
    return;
  }
  const { counts, trainingFault: fault, leftOut } = detail;
  const left = leftOut.goldenLike.length + leftOut.otherSplit.length;
  const rows = [
    ["version", detail.datasetId],
    ["name", detail.name],
    ["made", `${new Date(detail.madeAt).toISOString()} by ${detail.madeBy}`],
    ["golden set", detail.goldenName ?? "none"],
    [
      "blocks of",
      `${detail.blockSeconds} s${detail.mixedBlocks === 0 ? "" : `; ${detail.mixedBlocks} cut finer by an earlier version`}`,
    ],
    ["left out", left === 0 ? "nothing" : `${left} pictures that look like others`],
    ["training", fault === null ? "can learn from it" : `${fault.code}: ${fault.message}`],
    ...detail.cameras.map((one) => [
      "camera",
      `${one.nodeId}/${one.cameraId}: ${one.pictures} pictures, ${one.boxes} boxes`,
    ]),
    ...detail.people.map((one) => ["answers of", `${one.name}: ${one.pictures} pictures`]),
    ...detail.models.map((one) => ["model", `${one.name} ${one.digest}`]),
  ];
  printLine(textTable(null, rows));
  printLine("");
  printLine(countsTable(counts));
}

function showBuilt(
  built: Omit<Outputs["build"], "existed"> & { existed?: boolean },
  options: CloudCommandOptions,
): void {
  if (options.json === true) {
    printJson(built);
    return;
  }
  const state =
    built.existed === undefined
      ? "would be built"
      : built.existed
        ? "was there already"
        : "is built";
  printLine(`${built.datasetId} ${state}`);
  const { goldenLike, otherSplit } = built.leftOut;
  if (goldenLike.length > 0) printLine(`${goldenLike.length} look like golden pictures: left out`);
  if (otherSplit.length > 0) printLine(`${otherSplit.length} look like the other part: left out`);
  printLine(countsTable(built.counts));
}

function countsTable(counts: Outputs["byId"]["counts"]): string {
  const names = new Set(SPLITS.flatMap((split) => Object.keys(counts[split].classes)));
  const row = (name: string, of: (split: Split) => number) => [
    name,
    ...SPLITS.map((split) => String(of(split))),
  ];
  return textTable(
    ["", ...SPLITS.map((split) => split.toUpperCase())],
    [
      row("pictures", (split) => counts[split].pictures),
      row("of them empty", (split) => counts[split].empty),
      row("boxes", (split) => counts[split].boxes),
      ...[...names]
        .sort()
        .map((name) => row(`  ${name}`, (split) => counts[split].classes[name]?.boxes ?? 0)),
    ],
  );
}

/** The id that begins so. @throws CodedError INPUT_INVALID where none does, or several do. */
async function wholeId(api: CloudApi, start: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(start)) return start;
  const versions = await api.datasets.list.query({ limit: 200 });
  const found = versions.filter(({ datasetId }) => datasetId.startsWith(start.toLowerCase()));
  const [version] = found;
  if (version !== undefined && found.length === 1) return version.datasetId;
  const why = found.length === 0 ? "no version's id begins so" : "several ids begin so";
  throw localError("INPUT_INVALID", `${start.slice(0, 80)}: ${why}`);
}

/** Progress for a person who looks on. */
function telling(verb: string): (done: number, of: number) => void {
  return (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} pictures ${verb}\n`);
  };
}
