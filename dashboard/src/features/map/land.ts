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
  return feature(topology, topology.objects.countries);
}
