import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import fineUrl from "world-atlas/countries-10m.json?url";
import coarseUrl from "world-atlas/countries-50m.json?url";
import { goOn, labelPoint } from "./country-shape.ts";

type Countries = Topology<{ countries: GeometryCollection<{ name: string }> }>;

/** The countries as the map draws them, and where their names stand. */
export interface Land {
  countries: GeoJSON.FeatureCollection;
  names: GeoJSON.FeatureCollection<GeoJSON.Point>;
}

/**
 * The countries of the world at 1:50 million, or 1:10 million where `fine` (Natural Earth, public
 * domain), from this server: the map works without the internet.
 */
export async function loadLand(detail: "coarse" | "fine", signal: AbortSignal): Promise<Land> {
  const answer = await fetch(detail === "fine" ? fineUrl : coarseUrl, { signal });
  if (!answer.ok) throw new Error(`the land could not be read: ${answer.status}`);
  const topology = (await answer.json()) as Countries;
  const features = feature(topology, topology.objects.countries).features.map(unwrapped);
  const names = features.flatMap(({ geometry, properties }) => {
    const place = labelPoint(geometry);
    if (place === null) return [];
    const name = { ...properties, area: place.area };
    return [
      {
        type: "Feature" as const,
        properties: name,
        geometry: { type: "Point" as const, coordinates: place.at },
      },
    ];
  });
  return {
    countries: { type: "FeatureCollection", features },
    names: { type: "FeatureCollection", features: names },
  };
}

/** Rings that cross the date line go on beyond it, instead of back around the world. */
function unwrapped<P>(country: GeoJSON.Feature<GeoJSON.Geometry, P>) {
  const { geometry } = country;
  if (geometry.type === "Polygon") {
    return { ...country, geometry: { ...geometry, coordinates: geometry.coordinates.map(goOn) } };
  }
  if (geometry.type !== "MultiPolygon") return country;
  const coordinates = geometry.coordinates.map((polygon) => polygon.map(goOn));
  return { ...country, geometry: { ...geometry, coordinates } };
}
