import { LngLatBounds, type Map as MapLibre } from "maplibre-gl";
import type { CameraSetting } from "../../connection/api.ts";
import { CameraMarker } from "./camera-marker.ts";
import { clusterCameras, SINGLE_ZOOM } from "./cluster-cameras.ts";
import { ClusterMarker } from "./cluster-marker.ts";

type Place = NonNullable<CameraSetting["place"]>;

interface MapMarkersOptions {
  onSelect: (key: string) => void;
  onPlace: (key: string, place: Partial<Place>) => void;
}

/** The cameras on the map: one by one, or several as one where they would lie upon each other. */
export class MapMarkers {
  readonly #map: MapLibre;
  readonly #options: MapMarkersOptions;
  readonly #single = new Map<string, CameraMarker>();
  /** By the keys that they hold. */
  readonly #clusters = new Map<string, ClusterMarker>();
  #cameras: ReadonlyMap<string, CameraSetting> = new Map();
  #selected: string | null = null;
  #zoom = -1;

  constructor(map: MapLibre, options: MapMarkersOptions) {
    this.#map = map;
    this.#options = options;
    map.on("zoom", () => {
      if (Math.floor(map.getZoom()) !== this.#zoom) this.#draw();
    });
    map.on("moveend", () => this.#draw());
  }

  show(cameras: ReadonlyMap<string, CameraSetting>, selected: string | null): void {
    this.#cameras = cameras;
    this.#selected = selected;
    this.#draw();
  }

  /** Where the placed cameras are; empty where none is placed. */
  get bounds(): LngLatBounds {
    return this.#boundsOf([...this.#cameras.keys()]);
  }

  pulse(key: string): void {
    this.#single.get(key)?.pulse();
    for (const [keys, cluster] of this.#clusters) {
      if (keys.split(" ").includes(key)) cluster.pulse();
    }
  }

  #draw(): void {
    const zoom = this.#map.getZoom();
    this.#zoom = Math.floor(zoom);
    const places = new Map<string, Place>();
    for (const [key, { place }] of this.#cameras) if (place !== null) places.set(key, place);
    // What is in hand, or looked at, must not vanish into a cluster.
    const apart = new Set([...this.#single].flatMap(([key, one]) => (one.isHeld ? [key] : [])));
    if (this.#selected !== null) apart.add(this.#selected);
    const seen = clusterCameras(places, zoom, apart).filter((cluster) =>
      this.#isNear(cluster, apart),
    );
    const wanted = new Map(seen.map((cluster) => [cluster.keys.join(" "), cluster]));
    for (const markers of [this.#single, this.#clusters]) {
      for (const [keys, marker] of markers) {
        if (wanted.has(keys)) continue;
        marker.remove();
        markers.delete(keys);
      }
    }
    for (const [name, { keys, ...at }] of wanted) {
      const cameras = keys.flatMap((key) => this.#cameras.get(key) ?? []);
      const [only] = cameras;
      const place = places.get(name);
      if (only === undefined) continue;
      if (cameras.length > 1 || place === undefined) this.#clusterOf(name).show(cameras, at);
      else this.#singleOf(name).show(only, place, name === this.#selected);
    }
    for (const { marker } of [...this.#single.values(), ...this.#clusters.values()]) {
      if (marker.getElement().parentElement === null) marker.addTo(this.#map);
    }
  }

  /** In view, or so near that it soon may be. */
  #isNear(
    cluster: { keys: string[]; latitude: number; longitude: number },
    apart: ReadonlySet<string>,
  ): boolean {
    if (cluster.keys.some((key) => apart.has(key))) return true;
    const view = this.#map.getBounds();
    const [width, height] = [view.getEast() - view.getWest(), view.getNorth() - view.getSouth()];
    const { lng, lat } = view.getCenter();
    return Math.abs(cluster.longitude - lng) <= width && Math.abs(cluster.latitude - lat) <= height;
  }

  #singleOf(key: string): CameraMarker {
    const known = this.#single.get(key);
    if (known !== undefined) return known;
    const made = new CameraMarker({
      onSelect: () => this.#options.onSelect(key),
      onMove: ({ lat, lng }) => this.#options.onPlace(key, { latitude: lat, longitude: lng }),
      onTurn: (direction) => this.#options.onPlace(key, { direction }),
      shifted: (from, dx, dy) => {
        const { x, y } = this.#map.project(from);
        return this.#map.unproject([x + dx, y + dy]);
      },
    });
    this.#single.set(key, made);
    return made;
  }

  #clusterOf(name: string): ClusterMarker {
    const known = this.#clusters.get(name);
    if (known !== undefined) return known;
    const made = new ClusterMarker(() => {
      this.#map.fitBounds(this.#boundsOf(name.split(" ")), {
        padding: 120,
        maxZoom: SINGLE_ZOOM,
        duration: 250,
      });
    });
    this.#clusters.set(name, made);
    return made;
  }

  #boundsOf(keys: readonly string[]): LngLatBounds {
    const bounds = new LngLatBounds();
    for (const key of keys) {
      const place = this.#cameras.get(key)?.place;
      if (place != null) bounds.extend([place.longitude, place.latitude]);
    }
    return bounds;
  }
}
