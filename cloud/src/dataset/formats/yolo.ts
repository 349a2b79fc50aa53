import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { type DatasetManifest, MILLION, type Split } from "../dataset-manifest.ts";
import { isYoloLabels, picturesOf, yoloLabelsOf } from "./folder-layout.ts";
import {
  boxWithin,
  type ExportFolder,
  type LabelledBox,
  type LabelledPicture,
  refuseLabels,
  SPLIT_FOLDERS,
} from "./labelled-picture.ts";

const className = z.coerce.string().trim().min(1).max(100);
const yamlSchema = z.object({
  names: z.union([z.array(className).max(10_000), z.record(z.string().regex(/^\d+$/), className)]),
});

/** A file of a folder that can be read. */
export type ReadText = (path: string) => string;

/** What a YOLO folder holds. */
export interface YoloFolder {
  pictures: LabelledPicture[];
  /** Pictures without a labels file: nobody looked at them. */
  unlabelled: string[];
  /** Labels files whose picture is not there. */
  lonely: string[];
}

/**
 * Reads a YOLO folder (docs.ultralytics.com/datasets/detect): one text file a picture, a line a box,
 * `class x y width height`, where x and y are the box's middle, all in fractions.
 * @throws CodedError LABELS_INVALID, with the line.
 */
export function readYolo(paths: readonly string[], readText: ReadText): YoloFolder {
  const names = readNames(paths, readText);
  const known = new Set(paths);
  const used = new Set<string>();
  const folder: YoloFolder = { pictures: [], unlabelled: [], lonely: [] };
  for (const file of picturesOf(paths)) {
    const labelFile = yoloLabelsOf(known, file);
    if (labelFile === null) {
      folder.unlabelled.push(file);
      continue;
    }
    used.add(labelFile);
    const boxes = readLines(labelFile, readText(labelFile), names);
    folder.pictures.push({ file, labelFile, size: null, boxes });
  }
  folder.lonely = paths.filter((path) => isYoloLabels(path) && !used.has(path));
  return folder;
}

/** The names of the classes, by their numbers. */
function readNames(paths: readonly string[], readText: ReadText): Map<number, string> {
  const top = paths.filter((path) => !path.includes("/"));
  const yaml = top.find((path) => /\.ya?ml$/.test(path));
  if (yaml !== undefined) return namesOfYaml(yaml, readText(yaml));
  const list = top.find((path) => /^(?:.*\.names|classes\.txt)$/.test(path));
  if (list === undefined) {
    refuseLabels("the folder", "classes", "there is no data.yaml, obj.names or classes.txt");
  }
  const lines = readText(list).split(/\r?\n/);
  return new Map(
    lines.flatMap((line, index) => (line.trim() === "" ? [] : [[index, line.trim()] as const])),
  );
}

function namesOfYaml(file: string, text: string): Map<number, string> {
  let yaml: unknown;
  try {
    yaml = parse(text, { maxAliasCount: 10 });
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    refuseLabels(file, `line ${line ?? 1}`, "not YAML");
  }
  const parsed = yamlSchema.safeParse(yaml);
  if (!parsed.success) refuseLabels(file, "names", "a list of class names, or one by number");
  const { names } = parsed.data;
  const entries = Array.isArray(names) ? names.entries() : Object.entries(names);
  return new Map([...entries].map(([key, name]) => [Number(key), name]));
}

function readLines(file: string, text: string, names: ReadonlyMap<number, string>): LabelledBox[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const fault = (words: string) => refuseLabels(file, `line ${index + 1}`, words);
    const words = line.trim() === "" ? [] : line.trim().split(/\s+/);
    if (words.length === 0) return [];
    if (words.length !== 5) {
      return fault(`${words.length} values; class, x, y, width and height are wanted`);
    }
    const numbers = words.map((word) => (/^[-+.\deE]+$/.test(word) ? Number(word) : Number.NaN));
    const [number = Number.NaN, x = 0, y = 0, width = 0, height = 0] = numbers;
    const name = names.get(number);
    if (name === undefined) return fault(`there is no class ${words[0]?.slice(0, 20)}`);
    const box = boxWithin([x - width / 2, y - height / 2, width, height]);
    if (box === null) return fault("not a box within the picture, in fractions of it");
    return [{ className: name, box, crowd: false }];
  });
}

/**
 * A version as a YOLO folder: `images/{part}/{sha256}.jpg`, `labels/{part}/{sha256}.txt`, `data.yaml`
 * and `obj.names`. Boxes that stand for many things cannot be told and are left out.
 */
export function toYoloFolder({ classes, pictures }: DatasetManifest): ExportFolder {
  const folder: ExportFolder = { files: [], pictures: [] };
  const parts = (Object.keys(SPLIT_FOLDERS) as Split[]).filter((split) =>
    pictures.some((picture) => picture.split === split),
  );
  const ways = parts.map((split) => `${YAML_KEYS[split]}: images/${SPLIT_FOLDERS[split]}\n`);
  const names = classes.map((name, index) => `  ${index}: ${JSON.stringify(name)}\n`);
  const yaml = `path: .\n${ways.join("")}names:\n${names.join("")}`;
  folder.files.push({ path: "data.yaml", text: classes.length === 0 ? `${yaml}  {}\n` : yaml });
  folder.files.push({ path: "obj.names", text: classes.map((name) => `${name}\n`).join("") });
  for (const { picture, split, boxes } of pictures) {
    const stem = `${SPLIT_FOLDERS[split]}/${picture}`;
    const lines = boxes
      .filter(({ crowd }) => crowd !== true)
      .map((box) => `${lineOf(classes.indexOf(box.className), box.box)}\n`);
    folder.files.push({ path: `labels/${stem}.txt`, text: lines.join("") });
    folder.pictures.push({ path: `images/${stem}.jpg`, picture });
  }
  return folder;
}

const YAML_KEYS = { train: "train", validation: "val", golden: "test" } as const;

/** Seven digits tell the middle between two millionths. */
function lineOf(number: number, [x, y, width, height]: [number, number, number, number]): string {
  const values = [x + width / 2, y + height / 2, width, height];
  return [number, ...values.map((value) => (value / MILLION).toFixed(7))].join(" ");
}
