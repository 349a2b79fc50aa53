/** How a grid of equal tiles is laid out, CSS pixels. */
export interface GridLayout {
  columns: number;
  tileWidth: number;
  /** Height of the place for a tile's picture, which is fitted into it. */
  pictureHeight: number;
  /** True where not all tiles fit at once at a size that one can still read. */
  scrolls: boolean;
}

interface GridRequest {
  /** Width over height of each camera's picture. */
  aspects: readonly number[];
  /** Room for the grid. */
  width: number;
  height: number;
  gap: number;
  /** Height of what stands below a tile's picture. */
  captionHeight: number;
  /** Where pictures would be narrower than this nobody sees anything; the grid scrolls instead. */
  minTileWidth: number;
}

/** Tiles take up the room that is left, but not beyond these shapes: the rest would be letterbox. */
const WIDEST = 2;
const TALLEST = 1.2;

/** The width of a picture that is fitted into a tile. */
function fittedWidth(aspect: number, tileWidth: number, pictureHeight: number): number {
  return Math.min(tileWidth, pictureHeight * aspect);
}

/** Chooses the columns with which the pictures are as large as possible while all are seen at once. */
export function chooseGrid(request: GridRequest): GridLayout {
  const { aspects, width, height, gap, captionHeight, minTileWidth } = request;
  const tiles = Math.max(1, aspects.length);
  let best: GridLayout | null = null;
  let bestArea = 0;
  for (let columns = 1; columns <= tiles; columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const roomWidth = (width - gap * (columns - 1)) / columns;
    const roomHeight = (height - gap * (rows - 1)) / rows - captionHeight;
    const tileWidth = Math.floor(Math.min(roomWidth, roomHeight * WIDEST));
    const pictureHeight = Math.floor(Math.min(roomHeight, roomWidth / TALLEST));
    if (tileWidth <= 0 || pictureHeight <= 0) continue;
    const area = aspects.reduce((sum, aspect) => {
      const fitted = fittedWidth(aspect, tileWidth, pictureHeight);
      return sum + (fitted * fitted) / aspect;
    }, 0);
    if (area <= bestArea) continue;
    bestArea = area;
    best = { columns, tileWidth, pictureHeight, scrolls: false };
  }
  const aspect = commonAspect(aspects);
  const wanted = Math.min(minTileWidth, width);
  if (best !== null && fittedWidth(aspect, best.tileWidth, best.pictureHeight) >= wanted)
    return best;
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  return { columns, tileWidth, pictureHeight: Math.round(tileWidth / aspect), scrolls: true };
}

/** The aspect that most cameras have; 16:9 of none. */
function commonAspect(aspects: readonly number[]): number {
  const counts = new Map<string, { aspect: number; count: number }>();
  for (const aspect of aspects) {
    const entry = counts.get(aspect.toFixed(2)) ?? { aspect, count: 0 };
    entry.count += 1;
    counts.set(aspect.toFixed(2), entry);
  }
  let best = { aspect: 16 / 9, count: 0 };
  for (const entry of counts.values()) if (entry.count > best.count) best = entry;
  return best.aspect;
}

/** Width over height of a camera's picture, within what a tile can show; 16:9 where it is not known yet. */
export function aspectOf({
  width,
  height,
}: {
  width: number | null;
  height: number | null;
}): number {
  if (width === null || height === null || width <= 0 || height <= 0) return 16 / 9;
  return Math.min(2.4, Math.max(0.75, width / height));
}
