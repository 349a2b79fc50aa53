import { Link } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import { stateOf } from "../../camera-settings/use-camera-settings.ts";
import { AgeText } from "../../clock/age-text.tsx";
import type { CameraSetting } from "../../connection/api.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Kbd } from "../../ui/kbd.tsx";

/** A direction that is being dragged is sent when the hand rests. */
const REST_MS = 300;

interface PlacedCameraProps {
  camera: CameraSetting;
  /** False where the person may only look. */
  canPlace: boolean;
  onDirection: (direction: number | null) => void;
  onTakeOff: () => void;
}

/** What can be said and done about the camera that is selected on the map. */
export function PlacedCamera({ camera, canPlace, onDirection, onTakeOff }: PlacedCameraProps) {
  const field = useId();
  const known = camera.place?.direction ?? null;
  // What the hand drags is shown at once, until the cloud says it too.
  const [dragged, setDragged] = useState<number | null>(null);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the cloud says now counts.
  useEffect(() => setDragged(null), [known]);
  const direction = dragged ?? known;
  return (
    <div className="flex flex-col gap-2 px-4 pb-3">
      <p className="text-xs text-dim">
        {camera.nodeId} / {camera.cameraId}
        {camera.reported === null ? null : (
          <>
            , {stateOf(camera).word.toLowerCase()} <AgeText at={camera.reported.since} />
          </>
        )}
      </p>
      <div className="flex items-baseline">
        <label htmlFor={field} className="flex-1 text-xs text-dim">
          {direction === null
            ? "Where it looks is not set"
            : `Looks towards ${Math.round(direction)}°, ${compassWord(direction)}`}
        </label>
        {known === null || !canPlace ? null : (
          <button
            type="button"
            className="rounded-sm text-xs text-faint underline-offset-2 hover:text-ink hover:underline"
            onClick={() => onDirection(null)}
          >
            Clear
          </button>
        )}
      </div>
      <input
        id={field}
        type="range"
        min={0}
        max={359}
        step={1}
        disabled={!canPlace}
        value={direction ?? 0}
        onChange={({ target }) => {
          const value = target.valueAsNumber;
          setDragged(value);
          clearTimeout(resting.current);
          resting.current = setTimeout(() => onDirection(value), REST_MS);
        }}
      />
      {canPlace ? (
        <p className="text-xs text-faint">
          Drag the dot to move it, the ring at its wedge to turn it; or focus it and use the arrow
          keys and <Kbd>R</Kbd>.
        </p>
      ) : null}
      <div className="flex gap-2">
        <Link
          to="/live/$nodeId/$cameraId"
          params={{ nodeId: camera.nodeId, cameraId: camera.cameraId }}
          className={buttonClass()}
        >
          Watch
        </Link>
        {canPlace ? (
          <Button variant="ghost" onClick={onTakeOff}>
            Take off the map
          </Button>
        ) : null}
      </div>
    </div>
  );
}

const COMPASS = [
  "north",
  "north-east",
  "east",
  "south-east",
  "south",
  "south-west",
  "west",
  "north-west",
];

function compassWord(direction: number): string {
  return COMPASS[Math.round(direction / 45) % 8] ?? "";
}
