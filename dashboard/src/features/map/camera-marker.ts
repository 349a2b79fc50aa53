import { Marker } from "maplibre-gl";
import type { CameraSetting } from "../../connection/api.ts";
import { stateOf } from "../cameras/use-camera-settings.ts";

/** How wide a camera is drawn to look, in degrees; its lens is not known. */
const VIEW_DEGREES = 60;
const VIEW_RADIUS = 34;

type Place = NonNullable<CameraSetting["place"]>;

/** One camera on the map: a dot in the colour of its state, a wedge where it looks, its name. */
export class CameraMarker {
  readonly marker: Marker;
  readonly #element: HTMLElement;
  readonly #wedge: SVGPathElement;
  readonly #name: HTMLElement;
  #dragging = false;

  constructor(options: {
    onSelect: () => void;
    onMove: (at: { lat: number; lng: number }) => void;
  }) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "camera-marker";
    element.innerHTML = `<svg viewBox="-40 -40 80 80" aria-hidden="true"><path class="camera-wedge"/><circle class="camera-pulse" r="8"/><circle class="camera-dot" r="7"/></svg><span></span>`;
    element.addEventListener("click", options.onSelect);
    this.#element = element;
    this.#wedge = element.querySelector("path") as SVGPathElement;
    this.#name = element.querySelector("span") as HTMLElement;
    this.marker = new Marker({ element, draggable: true });
    this.marker.on("dragstart", () => {
      this.#dragging = true;
    });
    this.marker.on("dragend", () => {
      this.#dragging = false;
      options.onMove(this.marker.getLngLat());
    });
  }

  /** Brings it up to date; it stays where it is while somebody drags it. */
  show(camera: CameraSetting, place: Place, selected: boolean): void {
    const { tone, word } = stateOf(camera);
    this.#element.dataset.tone = tone;
    this.#element.dataset.selected = String(selected);
    this.#element.setAttribute("aria-label", `${camera.name}: ${word}`);
    this.#name.textContent = camera.name;
    this.#wedge.setAttribute("d", place.direction === null ? "" : wedge(place.direction));
    if (!this.#dragging) this.marker.setLngLat([place.longitude, place.latitude]);
  }

  /** One calm ring: something was seen there now. */
  pulse(): void {
    const ring = this.#element.querySelector(".camera-pulse");
    ring?.animate(
      [
        { r: "8px", opacity: 0.7 },
        { r: "26px", opacity: 0 },
      ],
      { duration: 1400, easing: "ease-out" },
    );
  }
}

/** A circle's sector around the direction, in degrees clockwise from north. */
function wedge(direction: number): string {
  const point = (degrees: number) => {
    const radians = ((degrees - 90) * Math.PI) / 180;
    return `${(Math.cos(radians) * VIEW_RADIUS).toFixed(2)} ${(Math.sin(radians) * VIEW_RADIUS).toFixed(2)}`;
  };
  const from = point(direction - VIEW_DEGREES / 2);
  const to = point(direction + VIEW_DEGREES / 2);
  return `M0 0 L${from} A${VIEW_RADIUS} ${VIEW_RADIUS} 0 0 1 ${to} Z`;
}
