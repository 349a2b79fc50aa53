import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useNow } from "../../clock/use-now.ts";
import type { Camera } from "../../connection/api.ts";
import { CameraCanvas } from "./camera-canvas.tsx";
import { cameraCondition } from "./camera-condition.ts";
import { CameraFigures } from "./camera-figures.tsx";
import { ConditionNotice } from "./condition-notice.tsx";
import type { GridLayout } from "./grid-columns.ts";
import { describeDetections, type ShownFrame } from "./shown-frame.ts";

interface CameraTileProps {
  camera: Camera;
  layout: GridLayout;
}

/** Below this width the name needs the room that a third class would take. */
const NARROW = 340;

/** One camera of the grid: its newest picture, what is in it, and how it fares. */
export function CameraTile({ camera, layout }: CameraTileProps) {
  const [shown, setShown] = useState<ShownFrame | null>(null);
  const now = useNow(1000);
  const shownAt = shown?.capturedAt ?? null;
  const condition = cameraCondition(camera, shownAt, Math.max(now, shownAt ?? 0));
  return (
    <article
      aria-label={`Camera ${camera.name}`}
      data-camera-id={camera.cameraId}
      data-frame-number={shown?.frameNumber}
      data-detections={shown === null ? undefined : describeDetections(shown.detections)}
      className="@container relative overflow-hidden rounded-md border bg-panel hover:border-line-strong has-[a:focus-visible]:outline-2 has-[a:focus-visible]:outline-offset-1 has-[a:focus-visible]:outline-accent"
    >
      <Link
        to="/live/$nodeId/$cameraId"
        params={{ nodeId: camera.nodeId, cameraId: camera.cameraId }}
        className="block outline-none"
      >
        <span className="sr-only">Open {camera.name}</span>
        <div
          className="relative overflow-hidden bg-letterbox"
          style={{ height: layout.pictureHeight }}
        >
          <CameraCanvas
            nodeId={camera.nodeId}
            cameraId={camera.cameraId}
            dimmed={condition.kind !== "live"}
            onShown={setShown}
          />
          <ConditionNotice camera={camera} condition={condition} shownAt={shownAt} />
        </div>
      </Link>
      <CameraFigures
        camera={camera}
        condition={condition}
        shown={shown}
        maxClasses={layout.tileWidth < NARROW ? 2 : 3}
      />
    </article>
  );
}

/** The shape of a tile while the cameras are being read. */
export function TileSkeleton({ pictureHeight }: { pictureHeight: number }) {
  return (
    <div aria-hidden="true" className="overflow-hidden rounded-md border bg-panel">
      <div className="bg-letterbox" style={{ height: pictureHeight }} />
      <div className="flex h-8 items-center gap-2 px-2.5">
        <div className="skeleton h-3 w-24" />
        <div className="skeleton ml-auto h-3 w-16" />
      </div>
    </div>
  );
}
