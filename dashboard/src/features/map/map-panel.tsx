import { type DragEvent, useState } from "react";
import { stateOf } from "../../camera-settings/use-camera-settings.ts";
import type { CameraSetting } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { FIELD } from "../../ui/form-parts.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { PlacedCamera } from "./placed-camera.tsx";

interface MapPanelProps {
  cameras: ReadonlyMap<string, CameraSetting>;
  selected: string | null;
  /** There is a map to place cameras on. */
  canPlace: boolean;
  onDrag: (event: DragEvent, key: string) => void;
  onSelect: (key: string) => void;
  onPlaceHere: (key: string) => void;
  onDirection: (key: string, direction: number | null) => void;
  onTakeOff: (key: string) => void;
}

/** More cameras than this are looked for by name. */
const MANY = 12;

/** The cameras beside the map: those that have no place yet first, because they need one. */
export function MapPanel(props: MapPanelProps) {
  const [sought, setSought] = useState("");
  const found = [...props.cameras].filter(([key, { name }]) =>
    `${name} ${key}`.toLowerCase().includes(sought.trim().toLowerCase()),
  );
  const unplaced = found.filter(([, { place }]) => place === null);
  const placed = found.filter(([, { place }]) => place !== null);
  return (
    <aside
      aria-label="Cameras"
      className="flex w-72 shrink-0 flex-col overflow-y-auto border-l bg-panel max-sm:h-2/5 max-sm:w-full max-sm:border-t max-sm:border-l-0"
    >
      {props.cameras.size > MANY ? (
        <div className="sticky top-0 z-10 border-b bg-panel px-4 py-2">
          <input
            type="search"
            aria-label="Find a camera"
            placeholder="Find a camera"
            className={FIELD}
            value={sought}
            onChange={({ target }) => setSought(target.value)}
          />
        </div>
      ) : null}
      {found.length === 0 ? (
        <p className="px-4 py-3 text-dim">No camera has that in its name.</p>
      ) : null}
      {unplaced.length === 0 ? null : (
        <section>
          <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-dim">
            Without a place ({unplaced.length}){props.canPlace ? ": drag one onto the map" : ""}
          </h2>
          <ul>
            {unplaced.map(([key, camera]) => (
              <UnplacedCamera key={key} {...props} id={key} camera={camera} />
            ))}
          </ul>
        </section>
      )}
      {placed.length === 0 && sought !== "" ? null : (
        <section className="pb-2">
          <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-dim">
            On the map ({placed.length})
          </h2>
          {placed.length === 0 ? (
            <p className="px-4 py-1 text-dim">
              None yet. “Place here” puts a camera in the middle.
            </p>
          ) : null}
          <ul>
            {placed.map(([key, camera]) => (
              <li key={key} className={key === props.selected ? "bg-selected" : undefined}>
                <button
                  type="button"
                  aria-expanded={key === props.selected}
                  onClick={() => props.onSelect(key)}
                  className="flex h-9 w-full items-center gap-2 px-4 text-left -outline-offset-2 hover:bg-hover"
                >
                  <StatusMark tone={stateOf(camera).tone} />
                  <span className="min-w-0 flex-1 truncate">{camera.name}</span>
                  <span className="text-xs text-faint">{stateOf(camera).word}</span>
                </button>
                {key === props.selected ? (
                  <PlacedCamera
                    camera={camera}
                    canPlace={props.canPlace}
                    onDirection={(direction) => props.onDirection(key, direction)}
                    onTakeOff={() => props.onTakeOff(key)}
                  />
                ) : null}
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

function UnplacedCamera({
  id,
  camera,
  canPlace,
  onDrag,
  onPlaceHere,
}: MapPanelProps & { id: string; camera: CameraSetting }) {
  return (
    <li
      draggable={canPlace}
      onDragStart={(event) => onDrag(event, id)}
      className="flex h-9 items-center gap-2 px-4 hover:bg-hover [&[draggable=true]]:cursor-grab"
    >
      <StatusMark tone={stateOf(camera).tone} />
      <span className="min-w-0 flex-1 truncate" title={camera.name}>
        {camera.name}
      </span>
      {canPlace ? (
        <Button aria-label={`Place here: ${camera.name}`} onClick={() => onPlaceHere(id)}>
          Place here
        </Button>
      ) : null}
    </li>
  );
}
