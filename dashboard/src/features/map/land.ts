import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import countriesUrl from "world-atlas/countries-50m.json?url";

type Countries = Topology<{ countries: GeometryCollection }>;

/**
 * The countries of the world at 1:50 million (Natural Earth, public domain), from this server: the
 * map works without the internet.
 */
export async function loadLand(signal: AbortSignal): Promise<GeoJSON.FeatureCollection> {
  const answer = await fetch(countriesUrl, { signal });
  if (!answer.ok) throw new Error(`the land could not be read: ${answer.status}`);
  const topology = (await answer.json()) as Countries;
  const { features } = feature(topology, topology.objects.countries);
  return { type: "FeatureCollection", features: features.map(unwrapped) };
}

/** Rings that cross the date line go on beyond it, instead of back around the world. */
function unwrapped(country: GeoJSON.Feature): GeoJSON.Feature {
  const { geometry } = country;
  if (geometry.type === "Polygon") {
    return { ...country, geometry: { ...geometry, coordinates: geometry.coordinates.map(goOn) } };
  }
  if (geometry.type !== "MultiPolygon") return country;
  const coordinates = geometry.coordinates.map((polygon) => polygon.map(goOn));
  return { ...country, geometry: { ...geometry, coordinates } };
}

function goOn(ring: GeoJSON.Position[]): GeoJSON.Position[] {
  let turns = 0;
  return ring.map(([longitude = 0, latitude = 0], index) => {
    const before = ring[index - 1]?.[0] ?? longitude;
    if (longitude - before > 180) turns -= 1;
    else if (before - longitude > 180) turns += 1;
    return [longitude + turns * 360, latitude];
  });
}
