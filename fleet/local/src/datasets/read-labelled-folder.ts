import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readCoco } from "@sentinel/cloud/dataset/formats/coco";
import { cocoFilesOf } from "@sentinel/cloud/dataset/formats/folder-layout";
import {
  type LabelledPicture,
  refuseLabels,
} from "@sentinel/cloud/dataset/formats/labelled-picture";
import { readYolo } from "@sentinel/cloud/dataset/formats/yolo";
import { toImportJpeg } from "@sentinel/cloud/dataset/import-jpeg";
import { cloudError } from "@sentinel/cloud/errors";
import { listFolder, readFolderText } from "./folder-files.ts";

/** Formats that can be imported and exported. */
export const FORMATS = ["coco", "yolo"] as const;
export type Format = (typeof FORMATS)[number];

/** A picture of a folder that can be imported. */
export interface FolderPicture extends LabelledPicture {
  /** SHA-256 of the JPEG that is uploaded. */
  picture: string;
}

/** What a folder holds, each picture once. */
export interface LabelledFolder {
  pictures: FolderPicture[];
  /** Pictures without a labels file: nobody looked at them. */
  unlabelled: number;
  /** Labels files whose picture is not there. */
  lonely: number;
  /** Files that are the same picture with the same labels as another. */
  twice: number;
}

/**
 * Reads and checks a whole folder before anything of it is imported.
 * @throws CodedError LABELS_INVALID, IMPORT_PICTURE_INVALID, INPUT_INVALID.
 */
export async function readLabelledFolder(folder: string, format: Format): Promise<LabelledFolder> {
  const paths = listFolder(folder);
  const { pictures, unlabelled, lonely } = readLabels(folder, format, paths);
  const found = new Map<string, FolderPicture>();
  let twice = 0;
  for (const labelled of pictures) {
    const named = await nameOf(folder, labelled);
    const before = found.get(named.picture);
    if (before === undefined) {
      found.set(named.picture, named);
      continue;
    }
    if (JSON.stringify(before.boxes) !== JSON.stringify(named.boxes)) {
      const fault = `${named.file} is the same picture as ${before.file}, with other boxes`;
      refuseLabels(named.labelFile, "the file", fault);
    }
    twice += 1;
  }
  return { pictures: [...found.values()], unlabelled, lonely, twice };
}

function readLabels(folder: string, format: Format, paths: readonly string[]) {
  if (format === "yolo") {
    const { pictures, unlabelled, lonely } = readYolo(paths, (path) =>
      readFolderText(folder, path),
    );
    if (pictures.length === 0) refuseLabels("the folder", "labels", "no picture has labels");
    return { pictures, unlabelled: unlabelled.length, lonely: lonely.length };
  }
  const files = cocoFilesOf(paths);
  if (files.length === 0) refuseLabels("the folder", "annotations", "there is no JSON file");
  const pictures = files.flatMap((file) => readCoco(file, readFolderText(folder, file), paths));
  if (pictures.length === 0) refuseLabels(files[0] ?? "", "images", "no picture is listed");
  return { pictures, unlabelled: 0, lonely: 0 };
}

async function nameOf(folder: string, labelled: LabelledPicture): Promise<FolderPicture> {
  const { file, size } = labelled;
  const found = await toImportJpeg(await readFile(join(folder, file)));
  if (found === null) {
    const fault = "not a whole JPEG or PNG of at most 5 MB";
    throw cloudError("IMPORT_PICTURE_INVALID", `${file}: ${fault}`);
  }
  const { picture, width, height } = found;
  if (size !== null && (size.width !== width || size.height !== height)) {
    const told = `${size.width} x ${size.height}`;
    const fault = `the picture has ${width} x ${height} pixels, its labels in ${labelled.labelFile} say ${told}`;
    throw cloudError("IMPORT_PICTURE_INVALID", `${file}: ${fault}`);
  }
  return { ...labelled, picture };
}
