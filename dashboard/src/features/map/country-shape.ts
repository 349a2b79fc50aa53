/** A ring that crosses the date line goes on beyond it, instead of back around the world. */
export function goOn(ring: GeoJSON.Position[]): GeoJSON.Position[] {
  let turns = 0;
  return ring.map(([longitude = 0, latitude = 0], index) => {
    const before = ring[index - 1]?.[0] ?? longitude;
    if (longitude - before > 180) turns -= 1;
    else if (before - longitude > 180) turns += 1;
    return [longitude + turns * 360, latitude];
  });
}

/** Where a country's name stands: the middle of its largest part, whose area is told; null where it has none. */
export function labelPoint(
  geometry: GeoJSON.Geometry,
): { at: GeoJSON.Position; area: number } | null {
  const rings =
    geometry.type === "Polygon"
      ? [geometry.coordinates[0]]
      : geometry.type === "MultiPolygon"
        ? geometry.coordinates.map(([outer]) => outer)
        : [];
  const parts = rings.flatMap((ring) => (ring === undefined ? [] : [centroid(ring)]));
  const [largest] = parts.sort((a, b) => b.area - a.area);
  return largest === undefined || largest.area === 0 ? null : largest;
}

/** Area and centre of a ring, in square degrees and degrees. */
function centroid(ring: GeoJSON.Position[]): { area: number; at: GeoJSON.Position } {
  let [twice, x, y] = [0, 0, 0];
  for (const [index, [x1 = 0, y1 = 0]] of ring.entries()) {
    const [x0 = 0, y0 = 0] = ring.at(index - 1) ?? [];
    const cross = x0 * y1 - x1 * y0;
    twice += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return { area: Math.abs(twice / 2), at: [x / (3 * twice), y / (3 * twice)] };
}
