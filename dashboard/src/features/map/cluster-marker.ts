import { Marker } from "maplibre-gl";
import { stateOf } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting } from "../../connection/api.ts";
import type { StatusTone } from "../../ui/status-mark.tsx";
import { pulseRing } from "./camera-marker.ts";

/** The order of the ring's parts: what matters first. */
const TONES: readonly StatusTone[] = ["down", "stale", "connecting", "info", "unknown", "live"];

/** Cameras that stand too near to each other to be drawn one by one: how many, and how they are. */
export class ClusterMarker {
  readonly marker: Marker;
  readonly #element: HTMLElement;
  readonly #ring: HTMLElement;
  readonly #count: HTMLElement;
  readonly #word: HTMLElement;
  /** What is told to those who hear the page. */
  readonly #rest: HTMLElement;

  constructor(onOpen: () => void) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "cluster-marker";
    element.innerHTML = `<i class="cluster-pulse"></i><i class="cluster-ring"></i><b class="cluster-count"></b><span class="sr-only"> cameras: </span><span class="cluster-word"></span><span class="sr-only"></span>`;
    element.addEventListener("click", onOpen);
    this.#element = element;
    this.#ring = element.querySelector(".cluster-ring") as HTMLElement;
    this.#count = element.querySelector(".cluster-count") as HTMLElement;
    this.#word = element.querySelector(".cluster-word") as HTMLElement;
    this.#rest = element.lastElementChild as HTMLElement;
    this.marker = new Marker({ element });
  }

  show(cameras: readonly CameraSetting[], at: { latitude: number; longitude: number }): void {
    const states = Map.groupBy(cameras.map(stateOf), ({ tone }) => tone);
    const words = TONES.flatMap((tone) => {
      const [first, ...more] = states.get(tone) ?? [];
      return first === undefined ? [] : [`${more.length + 1} ${first.word.toLowerCase()}`];
    });
    this.#count.textContent = String(cameras.length);
    // What is well needs no word.
    const isWell = states.size === 1 && states.has("live");
    const [worst = "", ...others] = words;
    this.#word.textContent = isWell ? "" : worst;
    this.#rest.textContent = `${isWell ? worst : others.map((word) => `, ${word}`).join("")}. Zoom in`;
    this.#element.title = words.join(", ");
    this.#ring.style.background = ringOf(states, cameras.length);
    this.marker.setLngLat([at.longitude, at.latitude]);
  }

  get isHeld(): boolean {
    return false;
  }

  pulse(): void {
    pulseRing(this.#element.firstElementChild as Element);
  }

  remove(): void {
    this.marker.remove();
  }
}

const COLOURS: Record<StatusTone, string> = {
  down: "var(--down)",
  stale: "var(--stale)",
  connecting: "var(--info)",
  info: "var(--info)",
  unknown: "var(--faint)",
  live: "var(--live)",
};

function ringOf(states: ReadonlyMap<StatusTone, readonly unknown[]>, all: number): string {
  let share = 0;
  const parts = TONES.flatMap((tone) => {
    const count = states.get(tone)?.length ?? 0;
    if (count === 0) return [];
    const from = share;
    share += count / all;
    return [`${COLOURS[tone]} ${from}turn ${share}turn`];
  });
  return `conic-gradient(${parts.join(", ")})`;
}
