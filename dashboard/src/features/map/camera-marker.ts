import { Marker } from "maplibre-gl";
import { stateOf } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting } from "../../connection/api.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";
import { bearing, wedge, wedgeTip } from "./wedge.ts";

type Place = NonNullable<CameraSetting["place"]>;

/** What stands in the dot, so that a state is known without its colour. */
const SIGNS: Record<StatusTone, string> = {
  live: "",
  connecting: "M-3.500 0h7",
  info: "M-3.500 0h7",
  unknown: "M-3.500 0h7",
  stale: "M0 -4v4.500M0 3v1",
  down: "M-3 -3 3 3M3 -3 -3 3",
};
/** A step of the keyboard, in pixels and degrees; with Shift the small one. */
const STEP_PX = { big: 10, small: 1 };
const TURN_DEGREES = 5;
/** Steps are sent when the hand rests. */
const REST_MS = 400;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface CameraMarkerOptions {
  /** False where the person may only look. */
  canPlace: boolean;
  onSelect: () => void;
  onMove: (at: { lat: number; lng: number }) => void;
  onTurn: (direction: number) => void;
  /** The place some pixels away from another one. */
  shifted: (
    from: { lat: number; lng: number },
    dx: number,
    dy: number,
  ) => { lat: number; lng: number };
}

/** One camera on the map: a dot in the colour of its state, a wedge where it looks, its name. */
export class CameraMarker {
  readonly marker: Marker;
  readonly #options: CameraMarkerOptions;
  readonly #element: HTMLElement;
  readonly #parts: Record<"wedge" | "sign" | "handle" | "pulse", SVGElement>;
  readonly #name: HTMLElement;
  /** In hand: what the cloud says waits until it is let go. */
  #held = false;
  #direction: number | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CameraMarkerOptions) {
    this.#options = options;
    const element = document.createElement("button");
    element.type = "button";
    element.className = "camera-marker";
    element.innerHTML = `<svg viewBox="-44 -44 88 88" aria-hidden="true"><path class="camera-wedge"/><circle class="camera-pulse" r="9"/><circle class="camera-dot" r="8"/><path class="camera-sign"/><circle class="camera-handle" r="6"/></svg><span class="camera-name"></span>`;
    const part = (name: string) => element.querySelector(`.camera-${name}`) as SVGElement;
    this.#element = element;
    this.#parts = {
      wedge: part("wedge"),
      sign: part("sign"),
      handle: part("handle"),
      pulse: part("pulse"),
    };
    this.#name = element.querySelector("span") as HTMLElement;
    element.addEventListener("click", options.onSelect);
    this.marker = new Marker({ element, draggable: options.canPlace });
    if (!options.canPlace) {
      this.#parts.handle.remove();
      return;
    }
    element.addEventListener("keydown", (event) => this.#step(event));
    this.marker.on("dragstart", () => {
      this.#held = true;
    });
    this.marker.on("dragend", () => {
      this.#held = false;
      options.onMove(this.marker.getLngLat());
    });
    this.#turnByHandle();
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /** Brings it up to date; it stays as it is while somebody has it in hand. */
  show(camera: CameraSetting, place: Place, selected: boolean): void {
    const { tone, word } = stateOf(camera);
    this.#element.dataset.tone = tone;
    this.#element.dataset.selected = String(selected);
    this.#element.setAttribute("aria-label", `${camera.name}: ${word}`);
    this.#element.title = `${camera.name}: ${word}`;
    this.#name.textContent = camera.name;
    this.#parts.sign.setAttribute("d", SIGNS[tone]);
    if (this.#held) return;
    this.marker.setLngLat([place.longitude, place.latitude]);
    this.#look(place.direction);
  }

  /** One calm ring: something was seen there now. */
  pulse(): void {
    pulseRing(this.#parts.pulse);
  }

  remove(): void {
    clearTimeout(this.#resting);
    this.marker.remove();
  }

  #look(direction: number | null): void {
    this.#direction = direction;
    const tip = wedgeTip(direction ?? 0);
    this.#element.dataset.looks = direction === null ? "nowhere" : "somewhere";
    // The name stands where the camera does not look.
    this.#element.dataset.name =
      direction !== null && direction > 100 && direction < 260 ? "above" : "below";
    this.#parts.wedge.setAttribute("d", direction === null ? "" : wedge(direction));
    this.#parts.handle.setAttribute("cx", String(tip.x));
    this.#parts.handle.setAttribute("cy", String(tip.y));
  }

  #turnByHandle(): void {
    const { handle } = this.#parts;
    // The map must not take it for the marker being dragged.
    for (const kind of ["mousedown", "touchstart", "click"]) {
      handle.addEventListener(kind, (event) => event.stopPropagation());
    }
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      this.#held = true;
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, top, width, height } = this.#element.getBoundingClientRect();
      this.#look(bearing(event.clientX - left - width / 2, event.clientY - top - height / 2));
    });
    handle.addEventListener("lostpointercapture", () => {
      this.#held = false;
      if (this.#direction !== null) this.#options.onTurn(this.#direction);
    });
  }

  /** Arrow keys move it, R turns it clockwise and Shift R back. */
  #step(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (arrow !== undefined) {
      const step = event.shiftKey ? STEP_PX.small : STEP_PX.big;
      const at = this.#options.shifted(this.marker.getLngLat(), arrow[0] * step, arrow[1] * step);
      this.marker.setLngLat(at);
      this.#sendAtRest(() => this.#options.onMove(this.marker.getLngLat()));
    } else if (event.key.toLowerCase() === "r" && !event.ctrlKey && !event.metaKey) {
      const turn = event.shiftKey ? -TURN_DEGREES : TURN_DEGREES;
      this.#look(((this.#direction ?? 0) + turn + 360) % 360);
      this.#sendAtRest(() => this.#options.onTurn(this.#direction ?? 0));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #sendAtRest(send: () => void): void {
    this.#held = true;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#held = false;
      send();
    }, REST_MS);
  }
}

/** A ring that grows and fades once. */
export function pulseRing(ring: Element): void {
  ring.animate(
    [
      { transform: "scale(1)", opacity: 0.7 },
      { transform: "scale(3)", opacity: 0 },
    ],
    { duration: 1400, easing: "ease-out" },
  );
}
