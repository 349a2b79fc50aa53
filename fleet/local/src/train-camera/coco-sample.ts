import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateCoco } from "@sentinel/cloud/evaluation/coco-evaluation";
import type { HeadScale } from "@sentinel/cloud/inference/detect-head";
import type {
  FeatureExtractor,
  PictureFeatures,
} from "@sentinel/cloud/inference/feature-extractor";
import { detectWith } from "@sentinel/cloud/training/head/head-forward";
import type { Box } from "@sentinel/protocol/box";
import sharp from "sharp";
import { localError } from "../errors.ts";

/** The thresholds with which the sample's reference figures were made. */
const THRESHOLDS = { score: 0.05, iou: 0.6 };

interface SamplePicture {
  width: number;
  height: number;
  boxes: { classId: number; box: Box }[];
  features: PictureFeatures;
}

/** Pictures of COCO with their labels: what a model must not forget. */
export class CocoSample {
  readonly #pictures: readonly SamplePicture[];

  private constructor(pictures: readonly SamplePicture[]) {
    this.#pictures = pictures;
  }

  /**
   * Reads `images/*.jpg` and `labels/*.txt` (class, centre, size; in fractions) of a folder; null
   * where there is no such folder.
   * @throws CodedError INPUT_INVALID that names file and line.
   */
  static async read(
    folder: string,
    extractor: FeatureExtractor,
    onRead: (done: number, of: number) => void,
  ): Promise<CocoSample | null> {
    const images = join(folder, "images");
    if (!existsSync(images)) return null;
    const names = readdirSync(images)
      .filter((name) => /\.jpe?g$/i.test(name))
      .sort();
    const pictures: SamplePicture[] = [];
    for (const name of names) {
      onRead(pictures.length, names.length);
      const { data, info } = await sharp(join(images, name))
        .removeAlpha()
        .toColourspace("srgb")
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      const features = await extractor.extract({ width, height, data });
      const boxes = readLabels(join(folder, "labels", name.replace(/\.jpe?g$/i, ".txt")));
      pictures.push({ width, height, boxes, features });
    }
    return new CocoSample(pictures);
  }

  /** COCO's AP of a detect head on the sample. */
  averagePrecision(
    scales: readonly HeadScale[],
    facts: { classCount: number; inputSize: number },
  ): number {
    const inPixels = ([x, y, w, h]: Box, { width, height }: SamplePicture) =>
      [x * width, y * height, w * width, h * height] as const;
    const truth = this.#pictures.flatMap((picture, imageId) =>
      picture.boxes.map(({ classId, box }) => {
        const pixels = inPixels(box, picture);
        const area = pixels[2] * pixels[3];
        return { imageId, categoryId: classId, box: pixels, area, isCrowd: false };
      }),
    );
    const found = this.#pictures.flatMap((picture, imageId) =>
      detectWith(scales, picture.features, { ...facts, thresholds: THRESHOLDS }).map(
        ({ classId, box, score }) => {
          return { imageId, categoryId: classId, box: inPixels(box, picture), score };
        },
      ),
    );
    const categories = Array.from({ length: facts.classCount }, (_, id) => ({
      id,
      name: String(id),
    }));
    const imageIds = this.#pictures.map((_, index) => index);
    return evaluateCoco({ imageIds, categories, boxes: truth }, found).summary.AP;
  }
}

function readLabels(file: string): SamplePicture["boxes"] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const [classId = Number.NaN, x = 0, y = 0, width = 0, height = 0] = line
      .trim()
      .split(/\s+/)
      .map(Number);
    if (![classId, x, y, width, height].every(Number.isFinite)) {
      const accepted = "class, centre x, centre y, width and height";
      throw localError("INPUT_INVALID", `${file}:${index + 1}: ${line}; accepted: ${accepted}`);
    }
    return { classId, box: [x - width / 2, y - height / 2, width, height] as Box };
  });
}
