import {
  type GeoJSONSource,
  LngLatBounds,
  Map as MapLibre,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { CameraSetting } from "../../connection/api.ts";
import { loadLand } from "./land.ts";
import { MapMarkers } from "./map-markers.ts";
import { mapStyle } from "./map-style.ts";
import { metricGrid } from "./metric-grid.ts";
import type { MapTilesInfo } from "./use-map-tiles.ts";

// Its default is an address that only exists beside its own package.
setWorkerUrl(workerUrl);

type Place = NonNullable<CameraSetting["place"]>;

interface WorldMapOptions {
  container: HTMLElement;
  theme: "dark" | "light";
  tiles: MapTilesInfo | null;
  /** False where the person may only look. */
  canPlace: boolean;
  onSelect: (key: string) => void;
  onPlace: (key: string, place: Partial<Place>) => void;
  /** How far the lines on the ground lie from each other; null where none are drawn. */
  onGrid: (metres: number | null) => void;
  onFault: (message: string) => void;
}

/** From here on the coarse borders would be kilometres off. */
const FINE_LAND_ZOOM = 5;
const NEAREST_ZOOM = 22;

/** The map and the cameras on it. */
export class WorldMap {
  readonly #map: MapLibre;
  readonly #options: WorldMapOptions;
  readonly #markers: MapMarkers;
  readonly #gone = new AbortController();
  #detail: "none" | "coarse" | "fine" = "none";
  #fitted = false;

  constructor(options: WorldMapOptions) {
    this.#options = options;
    const { container, theme, tiles } = options;
    this.#map = new MapLibre({
      container,
      style: mapStyle(theme, tiles),
      center: [10, 48],
      zoom: 3,
      maxZoom: NEAREST_ZOOM,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-left");
    this.#map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.#markers = new MapMarkers(this.#map, options);
    this.#map.on("load", () => {
      this.#drawGround();
      this.#map.on("moveend", () => this.#drawGround());
    });
  }

  /** Where the middle of the view is. */
  get centre(): { latitude: number; longitude: number } {
    const { lat, lng } = this.#map.getCenter();
    return { latitude: lat, longitude: lng };
  }

  /** The place below a point of the window. */
  placeAt(x: number, y: number): { latitude: number; longitude: number } {
    const frame = this.#options.container.getBoundingClientRect();
    const { lat, lng } = this.#map.unproject([x - frame.left, y - frame.top]);
    return { latitude: lat, longitude: lng };
  }

  /** Shows these cameras; the first time they, or the operator's own map, are brought into view. */
  show(cameras: ReadonlyMap<string, CameraSetting>, selected: string | null): void {
    this.#markers.show(cameras, selected);
    if (!this.#fitted) this.fit();
    this.#fitted = true;
  }

  /** Brings every placed camera into view. */
  fit(): void {
    const { tiles } = this.#options;
    let { bounds } = this.#markers;
    if (bounds.isEmpty() && tiles !== null) bounds = LngLatBounds.convert(tiles.bounds);
    if (bounds.isEmpty()) return;
    const { clientWidth, clientHeight } = this.#options.container;
    const padding = Math.min(120, clientWidth / 5, clientHeight / 5);
    this.#map.fitBounds(bounds, { padding, maxZoom: 16, animate: false });
  }

  /** Brings a place into the middle. */
  goTo({ latitude, longitude }: Place): void {
    this.#map.easeTo({ center: [longitude, latitude], duration: 250 });
  }

  pulse(key: string): void {
    this.#markers.pulse(key);
  }

  setTheme(theme: "dark" | "light"): void {
    for (const { id, paint } of mapStyle(theme, this.#options.tiles).layers) {
      for (const [name, value] of Object.entries(paint ?? {})) {
        this.#map.setPaintProperty(id, name as never, value as never);
      }
    }
  }

  remove(): void {
    this.#gone.abort();
    this.#map.remove();
  }

  /** Land as fine as the view needs it; lines on the ground where there is no map of the operator's. */
  #drawGround(): void {
    const zoom = this.#map.getZoom();
    const detail = zoom < FINE_LAND_ZOOM ? "coarse" : "fine";
    if (this.#detail === "none" || (detail === "fine" && this.#detail === "coarse")) {
      this.#detail = detail;
      void this.#drawLand(detail);
    }
    const { tiles, onGrid } = this.#options;
    const view = this.#map.getBounds();
    const [west, south, east, north] = view.toArray().flat() as [number, number, number, number];
    const grid = tiles === null ? metricGrid({ west, south, east, north }, zoom) : null;
    const nothing: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
    this.#map.getSource<GeoJSONSource>("grid")?.setData(grid?.lines ?? nothing);
    onGrid(grid?.metres ?? null);
  }

  async #drawLand(detail: "coarse" | "fine"): Promise<void> {
    try {
      const { countries, names } = await loadLand(detail, this.#gone.signal);
      if (this.#detail !== detail) return;
      this.#map.getSource<GeoJSONSource>("land")?.setData(countries);
      this.#map.getSource<GeoJSONSource>("names")?.setData(names);
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      this.#options.onFault(error instanceof Error ? error.message : String(error));
    }
  }
}
