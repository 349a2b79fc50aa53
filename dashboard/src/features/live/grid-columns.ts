/** How a grid of equal tiles is laid out, CSS pixels. */
export interface GridLayout {
  columns: number;
  tileWidth: number;
  /** True where not all tiles fit at once at a size that one can still read. */
  scrolls: boolean;
}

interface GridRequest {
  tiles: number;
  /** Room for the grid. */
  width: number;
  height: number;
  /** Width over height of a tile's picture. */
  aspect: number;
  gap: number;
  /** Height of what stands below a tile's picture. */
  captionHeight: number;
  /** Narrower than this nobody sees anything; the grid scrolls instead. */
  minTileWidth: number;
}

/** Chooses the columns with which the tiles are as large as possible while all are seen at once. */
export function chooseGrid(request: GridRequest): GridLayout {
  const { tiles, width, height, aspect, gap, captionHeight, minTileWidth } = request;
  let best: GridLayout = { columns: 1, tileWidth: 0, scrolls: false };
  for (let columns = 1; columns <= Math.max(1, tiles); columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows - captionHeight) * aspect;
    const tileWidth = Math.floor(Math.min(byWidth, byHeight));
    if (tileWidth > best.tileWidth) best = { columns, tileWidth, scrolls: false };
  }
  const wanted = Math.min(minTileWidth, width);
  if (best.tileWidth >= wanted) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  return { columns, tileWidth: Math.floor((width - gap * (columns - 1)) / columns), scrolls: true };
}

/** The aspect that most cameras have, so that most pictures fill their tiles; 16:9 where none is known. */
export function commonAspect(
  sizes: readonly { width: number | null; height: number | null }[],
): number {
  const counts = new Map<string, { aspect: number; count: number }>();
  for (const { width, height } of sizes) {
    if (width === null || height === null || width === 0 || height === 0) continue;
    const aspect = Math.min(2.4, Math.max(0.75, width / height));
    const entry = counts.get(aspect.toFixed(2)) ?? { aspect, count: 0 };
    entry.count += 1;
    counts.set(aspect.toFixed(2), entry);
  }
  let best = { aspect: 16 / 9, count: 0 };
  for (const entry of counts.values()) if (entry.count > best.count) best = entry;
  return best.aspect;
}
