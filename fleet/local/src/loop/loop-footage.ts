import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { COCO_CLASS_NAMES } from "@sentinel/protocol/model-io/coco-class-names";
import { stringify } from "yaml";
import { localError } from "../errors.ts";
import { repositoryPath } from "../start/repository.ts";
import { type LabelledFrame, labelsSchema } from "../train-camera/labels-file.ts";
import { ROAD_VIEWS, type RoadView } from "./road-views.ts";

const run = promisify(execFile);

/** Cars on a road seen from above, which the model of the catalog takes for other things. */
const ROAD = repositoryPath("../shared/testdata/clips/intel-car-detection.mp4");
const ROAD_LABELS = repositoryPath("../shared/testdata/labels/intel-car-detection.json");
/** People in a hall: what is mistaken there is nothing at all. */
const HALL = repositoryPath("../shared/testdata/clips/intel-one-by-one-person-detection.mp4");
/** Cameras show the clip up to here; what comes later is only measured on: other cars. */
const SEEN_FRAMES = 240;
const GOLDEN_FROM = 260;
/** So many frames with a car, and so many of the empty road, for each camera; each gets other ones. */
const GOLDEN_WITH_CARS = 3;
const GOLDEN_EMPTY = 1;
const DETECT_FPS = 1;
/** Enough for one look a second, and cheap to decode. */
const CLIP_FPS = 5;
const SIZE = { width: 768, height: 432 };

/** What a made-up site shows, and what its models are judged by. */
export interface LoopFootage {
  /** Agent configuration (YAML) with the cameras. */
  config: string;
  /** For each camera a folder of labelled pictures (COCO). */
  golden: { cameraId: string; folder: string }[];
}

/** Makes a site's footage out of real clips, with as many road cameras as `views`. @throws CodedError INPUT_INVALID where they are not there. */
export async function makeLoopFootage(
  folder: string,
  ffmpeg: string,
  views: number,
): Promise<LoopFootage> {
  const labels = labelsSchema.parse(JSON.parse(await readTestData(ROAD_LABELS)));
  const later = labels.filter(({ frame }) => frame >= GOLDEN_FROM);
  const golden: LoopFootage["golden"] = [];
  const cameras: { id: string; url: string }[] = [];
  for (const [index, view] of ROAD_VIEWS.slice(0, views).entries()) {
    const clip = join(folder, `${view.cameraId}.mp4`);
    const until = ["-vf", `trim=end_frame=${SEEN_FRAMES},${view.filter}`, "-r", String(CLIP_FPS)];
    const codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"];
    await decode(ffmpeg, [...until, ...codec, "-g", String(CLIP_FPS), clip]);
    cameras.push({ id: view.cameraId, url: clip });
    const placed = later.map(({ frame, boxes }) => ({
      frame,
      boxes: boxes.flatMap(({ classId, box }) => {
        const inView = view.place(box);
        return inView === null ? [] : [{ classId, box: inView }];
      }),
      isWhole: boxes.every(({ box }) => view.place(box) !== null),
    }));
    const whole = placed.filter(({ isWhole }) => isWhole);
    const chosen = [
      ...spread(
        whole.filter(({ boxes }) => boxes.length > 0),
        GOLDEN_WITH_CARS,
        index,
      ),
      ...spread(
        whole.filter(({ boxes }) => boxes.length === 0),
        GOLDEN_EMPTY,
        index,
      ),
    ].sort((a, b) => a.frame - b.frame);
    golden.push(
      await makeGoldenFolder(join(folder, `golden-${view.cameraId}`), view, chosen, ffmpeg),
    );
  }
  cameras.push({ id: "hall-1", url: HALL });
  const config = join(folder, "site.yaml");
  await writeFile(config, stringify({ detect: { fps: DETECT_FPS }, cameras }));
  return { config, golden };
}

/** The labelled frames of a view, as COCO keeps them. */
async function makeGoldenFolder(
  folder: string,
  view: RoadView,
  labelled: readonly LabelledFrame[],
  ffmpeg: string,
): Promise<LoopFootage["golden"][number]> {
  await mkdir(join(folder, "images"), { recursive: true });
  const wanted = labelled.map(({ frame }) => `eq(n\\,${frame})`).join("+");
  const filter = `select='${wanted}',${view.filter}`;
  const files = join(folder, "images", "%d.png");
  await decode(ffmpeg, ["-vf", filter, "-vsync", "0", files]);
  const images = labelled.map((_, index) => ({
    id: index + 1,
    file_name: `${index + 1}.png`,
    ...SIZE,
  }));
  const annotations = labelled
    .flatMap(({ boxes }, index) =>
      boxes.map(({ classId, box }) => ({ image_id: index + 1, category_id: classId + 1, box })),
    )
    .map(({ box: [x, y, w, h], ...rest }, index) => {
      const { width, height } = SIZE;
      const bbox = [x * width, y * height, w * width, h * height];
      return { id: index + 1, ...rest, bbox, area: w * h * width * height, iscrowd: 0 };
    });
  const categories = COCO_CLASS_NAMES.map((name, index) => ({ id: index + 1, name }));
  await writeFile(
    join(folder, "annotations.json"),
    JSON.stringify({ images, annotations, categories }),
  );
  return { cameraId: view.cameraId, folder };
}

/** So many of a list, over its whole length; another `shift` takes others. */
function spread<T>(list: readonly T[], count: number, shift: number): T[] {
  const step = Math.max(1, Math.floor(list.length / count));
  return list.filter((_, index) => index % step === shift % step).slice(0, count);
}

async function decode(ffmpeg: string, out: readonly string[]): Promise<void> {
  await run(ffmpeg, ["-v", "error", "-y", "-i", ROAD, ...out]);
}

async function readTestData(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((error: unknown) => {
    throw localError("INPUT_INVALID", `${file} is needed, and cannot be read`, error);
  });
}
