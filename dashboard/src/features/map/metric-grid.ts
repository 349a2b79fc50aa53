import { degreesPerMetre, metresPerPixel } from "./mercator.ts";

/** What of the earth is in view, in degrees. */
export interface GeoBounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Lines on the ground at a round distance from each other. */
interface MetricGrid {
  metres: number;
  lines: GeoJSON.Feature<GeoJSON.MultiLineString>;
}

/** Farther out the earth is not flat enough for squares, and land and borders say where one is. */
const GRID_ZOOM = 11;
/** Lines are at least this far from each other, in pixels. */
const LEAST_PX = 64;
/** Squares are true to a tenth of a percent within a band of this height, in degrees. */
const BAND_DEGREES = 0.05;

/** The grid for a view; null where the view is too wide for one. */
export function metricGrid(bounds: GeoBounds, zoom: number): MetricGrid | null {
  if (zoom < GRID_ZOOM) return null;
  const latitude = Math.round((bounds.north + bounds.south) / 2 / BAND_DEGREES) * BAND_DEGREES;
  const metres = roundUp(metresPerPixel(latitude, zoom) * LEAST_PX);
  const perMetre = degreesPerMetre(latitude);
  const [stepX, stepY] = [perMetre.longitude * metres, perMetre.latitude * metres];
  const { west, east, south, north } = bounds;
  const coordinates = [
    ...multiples(west, east, stepX).map((x) => [
      [x, south],
      [x, north],
    ]),
    ...multiples(south, north, stepY).map((y) => [
      [west, y],
      [east, y],
    ]),
  ];
  return {
    metres,
    lines: { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } },
  };
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((step) => step * power >= value) ?? 10);
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from(
    { length: Math.max(0, Math.floor(to / step) - first + 1) },
    (_, index) => (first + index) * step,
  );
}
