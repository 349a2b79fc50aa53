import { type GeoPoint, toPixels } from "./mercator.ts";

/** Cameras that are drawn as one, around the middle of them. */
export interface Cluster extends GeoPoint {
  keys: string[];
}

/** Markers nearer to each other than this would lie upon each other, in pixels. */
const RADIUS_PX = 56;
/** From here on every camera is drawn where it stands: a pixel is some centimetres. */
export const SINGLE_ZOOM = 20;

/**
 * Joins cameras that would be drawn upon each other. The same cameras at the same whole zoom always
 * give the same clusters, wherever the view is.
 * @param apart cameras that are always drawn alone
 */
export function clusterCameras(
  places: ReadonlyMap<string, GeoPoint>,
  zoom: number,
  apart: ReadonlySet<string> = new Set(),
): Cluster[] {
  const whole = Math.floor(zoom);
  const points = [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, place]) => ({ key, place, ...toPixels(place, whole) }));
  const cells = new Map<string, typeof points>();
  const cellOf = (x: number, y: number) =>
    `${Math.floor(x / RADIUS_PX)}/${Math.floor(y / RADIUS_PX)}`;
  const joins = whole < SINGLE_ZOOM;
  for (const point of points) {
    if (!joins || apart.has(point.key)) continue;
    const cell = cellOf(point.x, point.y);
    cells.set(cell, [...(cells.get(cell) ?? []), point]);
  }
  const taken = new Set<string>();
  return points.flatMap((point) => {
    if (taken.has(point.key)) return [];
    if (!joins || apart.has(point.key)) return [{ keys: [point.key], ...point.place }];
    const near = [-1, 0, 1]
      .flatMap((dx) =>
        [-1, 0, 1].map((dy) => cellOf(point.x + dx * RADIUS_PX, point.y + dy * RADIUS_PX)),
      )
      .flatMap((cell) => cells.get(cell) ?? [])
      .filter(
        (other) =>
          !taken.has(other.key) && Math.hypot(other.x - point.x, other.y - point.y) <= RADIUS_PX,
      );
    for (const { key } of near) taken.add(key);
    return [{ keys: near.map(({ key }) => key), ...middleOf(near.map(({ place }) => place)) }];
  });
}

function middleOf(places: readonly GeoPoint[]): GeoPoint {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    latitude: mean(places.map(({ latitude }) => latitude)),
    longitude: mean(places.map(({ longitude }) => longitude)),
  };
}
