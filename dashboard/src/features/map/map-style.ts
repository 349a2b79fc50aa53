import type { StyleSpecification } from "maplibre-gl";

const COLOURS = {
  dark: { water: "#0a0f1c", land: "#151e31", border: "#2a3850" },
  light: { water: "#e8eef5", land: "#fbfcfe", border: "#cbd5e1" },
} as const;

/** A quiet map: water, land, borders. The land itself comes later, by the source `land`. */
export function mapStyle(theme: "dark" | "light"): StyleSpecification {
  const { water, land, border } = COLOURS[theme];
  return {
    version: 8,
    sources: { land: { type: "geojson", data: { type: "FeatureCollection", features: [] } } },
    layers: [
      { id: "water", type: "background", paint: { "background-color": water } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": land } },
      {
        id: "borders",
        type: "line",
        source: "land",
        paint: { "line-color": border, "line-width": 1 },
      },
    ],
  };
}
