import type { Box } from "@sentinel/protocol/box";
import { cloudError } from "../../errors.ts";

/** A thing in a picture. */
export interface LabelledBox {
  className: string;
  /** Fractions of the picture. */
  box: Box;
  /** Stands for many things at once. */
  crowd: boolean;
}

/** A picture of a folder and what its labels say is in it. */
export interface LabelledPicture {
  /** Path within the folder, with slashes. */
  file: string;
  /** Where its labels stand. */
  labelFile: string;
  /** What the labels say of its size in pixels; null where they say nothing. */
  size: { width: number; height: number } | null;
  boxes: LabelledBox[];
}

/** A picture of a folder to export to, and the text files beside it. */
export interface ExportFolder {
  files: { path: string; text: string }[];
  pictures: { path: string; picture: string }[];
}

/** A box may reach so far beyond its picture, by rounding: a share of the side. */
const BEYOND = 0.002;

/** Refuses a labels file. `place` is the line or field, for example `line 3`. */
export function refuseLabels(file: string, place: string, fault: string): never {
  throw cloudError("LABELS_INVALID", `${file}: ${place}: ${fault}`);
}

/** The box within its picture; null where it reaches further beyond than rounding explains, or is empty. */
export function boxWithin([x, y, width, height]: Box): Box | null {
  if (![x, y, width, height].every(Number.isFinite) || width <= 0 || height <= 0) return null;
  if (x < -BEYOND || y < -BEYOND || x + width > 1 + BEYOND || y + height > 1 + BEYOND) return null;
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  const right = Math.min(x + width, 1);
  const bottom = Math.min(y + height, 1);
  return right > left && bottom > top ? [left, top, right - left, bottom - top] : null;
}

/** Folder of a part in an exported folder. */
export const SPLIT_FOLDERS = { train: "train", validation: "val", golden: "golden" } as const;
