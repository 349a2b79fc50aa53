import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight, Maximize, X } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { useNow } from "../../clock/use-now.ts";
import type { Camera } from "../../connection/api.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Tooltip } from "../../ui/tooltip.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useShortcuts } from "../../ui/use-shortcuts.ts";
import { CameraCanvas } from "./camera-canvas.tsx";
import { cameraCondition } from "./camera-condition.ts";
import { CameraEvents } from "./camera-events.tsx";
import { CameraFacts } from "./camera-facts.tsx";
import { CameraFigures } from "./camera-figures.tsx";
import { ConditionNotice } from "./condition-notice.tsx";
import { describeDetections, type ShownFrame } from "./shown-frame.ts";

interface CameraViewProps {
  camera: Camera;
  previous: Camera;
  next: Camera;
}

/** One camera as large as it can be, its figures and its events beside it. */
export function CameraView({ camera, previous, next }: CameraViewProps) {
  const navigate = useNavigate();
  const stage = useRef<HTMLElement>(null);
  const [shown, setShown] = useState<ShownFrame | null>(null);
  const now = useNow(1000);
  const shownAt = shown?.capturedAt ?? null;
  const condition = cameraCondition(camera, shownAt, Math.max(now, shownAt ?? 0));

  const go = ({ nodeId, cameraId }: Camera) =>
    void navigate({ to: "/live/$nodeId/$cameraId", params: { nodeId, cameraId }, replace: true });
  const toggleFullScreen = async () => {
    try {
      if (document.fullscreenElement === null) await stage.current?.requestFullscreen();
      else await document.exitFullscreen();
    } catch {
      toast.error("The browser did not allow full screen");
    }
  };
  useShortcuts({
    ArrowLeft: () => go(previous),
    ArrowUp: () => go(previous),
    ArrowRight: () => go(next),
    ArrowDown: () => go(next),
    f: () => void toggleFullScreen(),
    Escape: () => void navigate({ to: "/live" }),
  });

  return (
    <div className="flex h-full flex-col lg:flex-row">
      <TopBarSlot>
        <span aria-hidden="true" className="text-faint max-sm:hidden">
          /
        </span>
        <span className="truncate font-medium max-sm:hidden">{camera.name}</span>
        <span className="ml-1 flex items-center">
          <Tooltip content="Previous camera: ←">
            <Button
              variant="ghost"
              size="icon"
              aria-label="Previous camera"
              onClick={() => go(previous)}
            >
              <ChevronLeft />
            </Button>
          </Tooltip>
          <Tooltip content="Next camera: →">
            <Button variant="ghost" size="icon" aria-label="Next camera" onClick={() => go(next)}>
              <ChevronRight />
            </Button>
          </Tooltip>
          <Tooltip content="Full screen: F">
            <Button
              variant="ghost"
              size="icon"
              aria-label="Full screen"
              onClick={() => void toggleFullScreen()}
            >
              <Maximize />
            </Button>
          </Tooltip>
          <Tooltip content="Back to all cameras: Esc">
            <Link
              to="/live"
              aria-label="Back to all cameras"
              className={buttonClass("ghost", "icon")}
            >
              <X />
            </Link>
          </Tooltip>
        </span>
      </TopBarSlot>
      <article
        ref={stage}
        aria-label={`Camera ${camera.name}`}
        data-camera-id={camera.cameraId}
        data-frame-number={shown?.frameNumber}
        data-detections={shown === null ? undefined : describeDetections(shown.detections)}
        className="@container flex shrink-0 flex-col bg-panel max-lg:border-b lg:min-w-0 lg:flex-1"
      >
        <div className="relative bg-letterbox max-lg:aspect-video lg:min-h-0 lg:flex-1">
          <CameraCanvas
            nodeId={camera.nodeId}
            cameraId={camera.cameraId}
            dimmed={condition.kind !== "live"}
            onShown={setShown}
          />
          <ConditionNotice camera={camera} condition={condition} shownAt={shownAt} />
        </div>
        <CameraFigures camera={camera} condition={condition} shown={shown} maxClasses={6} />
      </article>
      <aside className="flex min-h-0 flex-1 flex-col lg:w-[360px] lg:flex-none lg:border-l">
        <CameraFacts camera={camera} />
        <CameraEvents nodeId={camera.nodeId} cameraId={camera.cameraId} />
      </aside>
    </div>
  );
}
