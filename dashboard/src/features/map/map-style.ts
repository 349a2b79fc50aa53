import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { MapTilesInfo } from "./use-map-tiles.ts";

type Theme = "dark" | "light";

const COLOURS = {
  dark: { water: "#0a0f1c", land: "#151e31", border: "#2a3850", grid: "#232f49", name: "#8492a9" },
  light: { water: "#e8eef5", land: "#fbfcfe", border: "#cbd5e1", grid: "#e4eaf1", name: "#5b6b82" },
} as const;

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
/** Farther in, a country's name says nothing any more. */
const NAMES_END_ZOOM = 8;

/**
 * A quiet map: water, land, borders, names, the operator's own map where there is one, a metric grid
 * near the ground. What is drawn comes later, by the sources `land`, `names` and `grid`.
 */
export function mapStyle(theme: Theme, tiles: MapTilesInfo | null): StyleSpecification {
  const own: StyleSpecification["sources"] =
    tiles === null
      ? {}
      : {
          own: {
            type: "raster",
            tiles: [`${location.origin}/api/map-tiles/{z}/{x}/{y}`],
            tileSize: 256,
            minzoom: tiles.minZoom,
            maxzoom: tiles.maxZoom,
            bounds: tiles.bounds,
          },
        };
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: EMPTY },
      names: { type: "geojson", data: EMPTY },
      grid: { type: "geojson", data: EMPTY },
      ...own,
    },
    layers: layersOf(theme, tiles !== null),
  };
}

/** One value from afar, the other near the ground. */
function fading<Value extends string | number>(far: Value, near: Value): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], 11, far, 13, near];
}

function layersOf(theme: Theme, hasOwn: boolean): LayerSpecification[] {
  const { water, land, border, grid, name } = COLOURS[theme];
  const own: LayerSpecification[] = [
    {
      id: "own",
      type: "raster",
      source: "own",
      // Maps are made for paper: at night they are dimmed.
      paint: { "raster-brightness-max": theme === "dark" ? 0.7 : 1, "raster-fade-duration": 0 },
    },
  ];
  return [
    // Nearer than this the coast may be a kilometre off, so the map claims neither land nor water.
    { id: "water", type: "background", paint: { "background-color": fading(water, land) } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": land } },
    {
      id: "borders",
      type: "line",
      source: "land",
      paint: { "line-color": border, "line-width": 1, "line-opacity": fading(1, 0) },
    },
    { id: "grid", type: "line", source: "grid", paint: { "line-color": grid, "line-width": 1 } },
    ...(hasOwn ? own : []),
    {
      id: "names",
      type: "symbol",
      source: "names",
      minzoom: 2,
      maxzoom: NAMES_END_ZOOM,
      // No server of fonts: letters are drawn with the page's own font.
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["Inter Variable"],
        "text-size": 11,
        "text-padding": 8,
        // Where names have no room, large countries keep theirs.
        "symbol-sort-key": ["-", 0, ["get", "area"]],
      },
      paint: { "text-color": name, "text-halo-color": land, "text-halo-width": 1 },
    },
  ];
}
