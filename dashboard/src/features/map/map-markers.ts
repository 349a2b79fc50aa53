import { LngLatBounds, type Map as MapLibre } from "maplibre-gl";
import type { CameraSetting } from "../../connection/api.ts";
import { CameraMarker } from "./camera-marker.ts";
import { type Cluster, clusterCameras, SINGLE_ZOOM } from "./cluster-cameras.ts";
import { ClusterMarker } from "./cluster-marker.ts";

type Place = NonNullable<CameraSetting["place"]>;

interface MapMarkersOptions {
  canPlace: boolean;
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
  #joined: Cluster[] = [];
  #joinedAt = -1;

  constructor(map: MapLibre, options: MapMarkersOptions) {
    this.#map = map;
    this.#options = options;
    map.on("move", () => {
      if (Math.floor(map.getZoom()) !== this.#joinedAt) this.#join();
      this.#draw();
    });
  }

  show(cameras: ReadonlyMap<string, CameraSetting>, selected: string | null): void {
    this.#cameras = cameras;
    this.#selected = selected;
    this.#join();
    this.#draw();
    for (const [key, single] of this.#single) this.#tell(key, single);
    for (const cluster of this.#joined)
      this.#clusters.get(nameOf(cluster))?.show(this.#of(cluster), cluster);
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

  #join(): void {
    this.#joinedAt = Math.floor(this.#map.getZoom());
    const places = new Map<string, Place>();
    for (const [key, { place }] of this.#cameras) if (place !== null) places.set(key, place);
    // What is in hand, or looked at, must not vanish into a cluster.
    const apart = new Set([...this.#single].flatMap(([key, one]) => (one.isHeld ? [key] : [])));
    if (this.#selected !== null) apart.add(this.#selected);
    this.#joined = clusterCameras(places, this.#joinedAt, apart);
  }

  /** Only what is in view is on the page: the keyboard must not lead to what nobody sees. */
  #draw(): void {
    const view = this.#map.getBounds();
    const seen = this.#joined.filter((cluster) => isIn(view, cluster));
    const wanted = new Set(seen.map(nameOf));
    for (const markers of [this.#single, this.#clusters]) {
      for (const [name, marker] of markers) {
        if (wanted.has(name) || marker.isHeld) continue;
        marker.remove();
        markers.delete(name);
      }
    }
    for (const cluster of seen) {
      const name = nameOf(cluster);
      if (this.#single.has(name) || this.#clusters.has(name)) continue;
      const made = cluster.keys.length > 1 ? this.#makeCluster(cluster) : this.#makeSingle(name);
      made.marker.addTo(this.#map);
    }
  }

  #of({ keys }: Cluster): CameraSetting[] {
    return keys.flatMap((key) => this.#cameras.get(key) ?? []);
  }

  #tell(key: string, single: CameraMarker): void {
    const camera = this.#cameras.get(key);
    if (camera?.place != null) single.show(camera, camera.place, key === this.#selected);
  }

  #makeSingle(key: string): CameraMarker {
    const made = new CameraMarker({
      canPlace: this.#options.canPlace,
      onSelect: () => this.#options.onSelect(key),
      onMove: ({ lat, lng }) => this.#options.onPlace(key, { latitude: lat, longitude: lng }),
      onTurn: (direction) => this.#options.onPlace(key, { direction }),
      shifted: (from, dx, dy) => {
        const { x, y } = this.#map.project(from);
        return this.#map.unproject([x + dx, y + dy]);
      },
    });
    this.#single.set(key, made);
    this.#tell(key, made);
    return made;
  }

  #makeCluster(cluster: Cluster): ClusterMarker {
    const made = new ClusterMarker(() => {
      this.#map.fitBounds(this.#boundsOf(cluster.keys), {
        padding: 120,
        maxZoom: SINGLE_ZOOM,
        duration: 250,
      });
    });
    this.#clusters.set(nameOf(cluster), made);
    made.show(this.#of(cluster), cluster);
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

function nameOf({ keys }: Cluster): string {
  return keys.join(" ");
}

function isIn(view: LngLatBounds, { latitude, longitude }: Cluster): boolean {
  const { lng, lat } = view.getCenter();
  // The shorter way around the earth.
  const east = ((((longitude - lng + 180) % 360) + 360) % 360) - 180;
  const [width, height] = [view.getEast() - view.getWest(), view.getNorth() - view.getSouth()];
  return Math.abs(east) <= width / 2 && Math.abs(latitude - lat) <= height / 2;
}
