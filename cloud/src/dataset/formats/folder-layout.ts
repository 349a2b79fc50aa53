/** Pictures that can be imported. */
const PICTURE = /\.(?:jpe?g|png)$/i;
/** COCO files of one folder speak of the same pictures; the first kind that is there is taken. */
const COCO_KINDS = ["instances_", "person_keypoints_", "stuff_", "panoptic_"];
const LABELS_FOLDERS = ["labels", "annotations", ""];

/** The pictures of a folder, by their paths. */
export function picturesOf(paths: readonly string[]): string[] {
  return paths.filter((path) => PICTURE.test(path));
}

/** The COCO files of a folder: `annotations/*.json`, or `.json` files beside the pictures. */
export function cocoFilesOf(paths: readonly string[]): string[] {
  const files = paths.filter((path) => path.endsWith(".json"));
  for (const kind of COCO_KINDS) {
    const found = files.filter((path) => nameOf(path).startsWith(kind));
    if (found.length > 0) return found;
  }
  return files;
}

/** `instances_train.json` is of the part `train`; `train/_annotations.coco.json` as well. */
export function splitOfLabels(path: string): string {
  const stem = nameOf(path).replace(/\.json$/, "");
  const [, after] = /_([a-z0-9]+)$/i.exec(stem) ?? [];
  return after ?? stem;
}

/** Where a picture lies that a COCO file names; null where it is nowhere, or cannot be told. */
export function findPicture(
  paths: readonly string[],
  labelFile: string,
  split: string,
  name: string,
): string | null {
  const beside = labelFile.includes("/") ? `${folderOf(labelFile)}/${name}` : name;
  const places = [beside, `images/${split}/${name}`, `${split}/${name}`, `images/${name}`, name];
  const found = places.find((path) => paths.includes(path));
  if (found !== undefined) return found;
  const others = picturesOf(paths).filter((path) => path.endsWith(`/${name}`));
  return others.length === 1 ? (others[0] ?? null) : null;
}

/** The YOLO label file of a picture: beside it, or in `labels` where it lies in `images`. */
export function yoloLabelsOf(paths: ReadonlySet<string>, picture: string): string | null {
  const stem = picture.replace(/\.[^./]+$/, "");
  const candidates = [`${stem}.txt`];
  const parts = stem.split("/");
  const at = parts.findLastIndex((part) => part.toLowerCase() === "images");
  if (at !== -1) {
    for (const folder of LABELS_FOLDERS) {
      for (const spelled of [folder, capital(folder)]) {
        const way = [...parts.slice(0, at), ...(spelled === "" ? [] : [spelled])];
        candidates.push(`${[...way, ...parts.slice(at + 1)].join("/")}.txt`);
      }
    }
  }
  return candidates.find((path) => paths.has(path)) ?? null;
}

/** True where a text file can only be the labels of a picture. */
export function isYoloLabels(path: string): boolean {
  const parts = path.toLowerCase().split("/").slice(0, -1);
  const inLabels = parts.some(
    (part) => part === "labels" || part === "annotations" || /^obj_\w+_data$/.test(part),
  );
  return path.endsWith(".txt") && inLabels;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
