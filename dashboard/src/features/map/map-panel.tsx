import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { AgeText } from "../../clock/age-text.tsx";
import type { CameraSetting } from "../../connection/api.ts";
import { Button } from "../../ui/button.tsx";
import { StatusMark } from "../../ui/status-mark.tsx";
import { stateOf } from "../cameras/use-camera-settings.ts";

interface MapPanelProps {
  cameras: ReadonlyMap<string, CameraSetting>;
  selected: string | null;
  onSelect: (key: string) => void;
  onPlaceHere: (key: string) => void;
  onDirection: (key: string, direction: number | null) => void;
  onTakeOff: (key: string) => void;
}

/** The cameras beside the map: those that have no place yet first, because they need one. */
export function MapPanel(props: MapPanelProps) {
  const all = [...props.cameras];
  const unplaced = all.filter(([, { place }]) => place === null);
  const placed = all.filter(([, { place }]) => place !== null);
  return (
    <aside className="flex w-72 shrink-0 flex-col overflow-y-auto border-l bg-panel">
      {unplaced.length === 0 ? null : (
        <section>
          <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-dim">
            Without a place ({unplaced.length}): drag one onto the map
          </h2>
          <ul>
            {unplaced.map(([key, camera]) => (
              <li
                key={key}
                draggable
                onDragStart={(event) => event.dataTransfer.setData("text/x-camera", key)}
                className="flex h-9 cursor-grab items-center gap-2 px-4 hover:bg-hover"
              >
                <StatusMark tone={stateOf(camera).tone} />
                <span className="min-w-0 flex-1 truncate">{camera.name}</span>
                <Button onClick={() => props.onPlaceHere(key)}>Place here</Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2 className="px-4 pt-3 pb-1 text-xs font-medium text-dim">
          On the map ({placed.length})
        </h2>
        {placed.length === 0 ? (
          <p className="px-4 py-1 text-dim">None yet. “Place here” puts a camera in the middle.</p>
        ) : null}
        <ul>
          {placed.map(([key, camera]) => (
            <li key={key} className={key === props.selected ? "bg-selected" : undefined}>
              <button
                type="button"
                aria-expanded={key === props.selected}
                onClick={() => props.onSelect(key)}
                className="flex h-9 w-full items-center gap-2 px-4 text-left hover:bg-hover"
              >
                <StatusMark tone={stateOf(camera).tone} />
                <span className="min-w-0 flex-1 truncate">{camera.name}</span>
                <span className="text-xs text-faint">{stateOf(camera).word}</span>
              </button>
              {key === props.selected ? <PlacedCamera {...props} id={key} camera={camera} /> : null}
            </li>
          ))}
        </ul>
      </section>
    </aside>
  );
}

function PlacedCamera({
  id,
  camera,
  onDirection,
  onTakeOff,
}: MapPanelProps & { id: string; camera: CameraSetting }) {
  const field = useId();
  // What the hand drags is shown at once, and sent when it rests.
  const [direction, setDirection] = useState(camera.place?.direction ?? null);
  return (
    <div className="flex flex-col gap-2 px-4 pb-3">
      {camera.reported === null ? null : (
        <p className="text-xs text-dim">
          {stateOf(camera).word} <AgeText at={camera.reported.since} />
        </p>
      )}
      <label htmlFor={field} className="text-xs text-dim">
        Looks towards {direction === null ? "– not set" : `${Math.round(direction)}°`}
      </label>
      <input
        id={field}
        type="range"
        min={0}
        max={359}
        step={1}
        value={direction ?? 0}
        onChange={(event) => {
          setDirection(event.target.valueAsNumber);
          onDirection(id, event.target.valueAsNumber);
        }}
      />
      <div className="flex gap-2">
        <Link
          to="/live/$nodeId/$cameraId"
          params={{ nodeId: camera.nodeId, cameraId: camera.cameraId }}
          className="inline-flex h-7 items-center rounded-md border border-line-strong bg-canvas px-2.5 font-medium hover:bg-hover"
        >
          Watch
        </Link>
        <Button variant="ghost" onClick={() => onTakeOff(id)}>
          Take off the map
        </Button>
      </div>
    </div>
  );
}
