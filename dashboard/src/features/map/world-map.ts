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
import { CameraMarker } from "./camera-marker.ts";
import { loadLand } from "./land.ts";
import { mapStyle } from "./map-style.ts";

// Its default is an address that only exists beside its own package.
setWorkerUrl(workerUrl);

interface WorldMapOptions {
  container: HTMLElement;
  theme: "dark" | "light";
  onSelect: (key: string) => void;
  onMove: (key: string, at: { latitude: number; longitude: number }) => void;
  onFault: (message: string) => void;
}

/** The map and the cameras on it. */
export class WorldMap {
  readonly #map: MapLibre;
  readonly #options: WorldMapOptions;
  readonly #markers = new Map<string, CameraMarker>();
  readonly #gone = new AbortController();
  #fitted = false;

  constructor(options: WorldMapOptions) {
    this.#options = options;
    this.#map = new MapLibre({
      container: options.container,
      style: mapStyle(options.theme),
      center: [10, 48],
      zoom: 3,
      maxZoom: 20,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-left");
    this.#map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.#map.on("load", () => void this.#showLand());
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

  /** Shows these cameras; the first time they are brought into view. */
  show(cameras: ReadonlyMap<string, CameraSetting>, selected: string | null): void {
    for (const [key, { marker }] of this.#markers) {
      if (cameras.get(key)?.place != null) continue;
      marker.remove();
      this.#markers.delete(key);
    }
    for (const [key, camera] of cameras) {
      if (camera.place === null) continue;
      this.#markerOf(key).show(camera, camera.place, key === selected);
      this.#markers.get(key)?.marker.addTo(this.#map);
    }
    if (!this.#fitted && this.#markers.size > 0) {
      this.#fitted = true;
      this.fit();
    }
  }

  /** Brings every placed camera into view. */
  fit(): void {
    const bounds = new LngLatBounds();
    for (const { marker } of this.#markers.values()) bounds.extend(marker.getLngLat());
    if (bounds.isEmpty()) return;
    this.#map.fitBounds(bounds, { padding: 120, maxZoom: 16, animate: false });
  }

  /** Brings one camera into the middle. */
  goTo(key: string): void {
    const marker = this.#markers.get(key)?.marker;
    if (marker !== undefined) this.#map.easeTo({ center: marker.getLngLat(), duration: 250 });
  }

  pulse(key: string): void {
    this.#markers.get(key)?.pulse();
  }

  setTheme(theme: "dark" | "light"): void {
    this.#map.setStyle(mapStyle(theme));
    this.#map.once("styledata", () => void this.#showLand());
  }

  remove(): void {
    this.#gone.abort();
    this.#map.remove();
  }

  #markerOf(key: string): CameraMarker {
    const known = this.#markers.get(key);
    if (known !== undefined) return known;
    const made = new CameraMarker({
      onSelect: () => this.#options.onSelect(key),
      onMove: ({ lat, lng }) => this.#options.onMove(key, { latitude: lat, longitude: lng }),
    });
    this.#markers.set(key, made);
    return made;
  }

  async #showLand(): Promise<void> {
    try {
      const land = await loadLand(this.#gone.signal);
      this.#map.getSource<GeoJSONSource>("land")?.setData(land);
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      this.#options.onFault(error instanceof Error ? error.message : String(error));
    }
  }
}
