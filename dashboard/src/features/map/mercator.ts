/** A point of the earth, in degrees. */
export interface GeoPoint {
  latitude: number;
  longitude: number;
}

/** Width of the world at zoom 0, in pixels, as MapLibre draws it. */
const WORLD_PX = 512;
const EQUATOR_METRES = 40_075_016.686;

/** Web Mercator: where a point lies in a world that is `512 * 2^zoom` pixels wide, from its top left. */
export function toPixels(
  { latitude, longitude }: GeoPoint,
  zoom: number,
): { x: number; y: number } {
  const world = WORLD_PX * 2 ** zoom;
  const radians = (latitude * Math.PI) / 180;
  const north = Math.log(Math.tan(Math.PI / 4 + radians / 2)) / (2 * Math.PI);
  return { x: ((longitude + 180) / 360) * world, y: (0.5 - north) * world };
}

/** How many metres of the ground a pixel shows. */
export function metresPerPixel(latitude: number, zoom: number): number {
  return (EQUATOR_METRES * Math.cos((latitude * Math.PI) / 180)) / (WORLD_PX * 2 ** zoom);
}

/** Degrees of latitude and longitude that a metre is, there. */
export function degreesPerMetre(latitude: number): { latitude: number; longitude: number } {
  const perMetre = 360 / EQUATOR_METRES;
  return { latitude: perMetre, longitude: perMetre / Math.cos((latitude * Math.PI) / 180) };
}
