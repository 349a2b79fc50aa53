import { clsx } from "clsx";
import { memo, type PointerEvent, useEffect, useRef } from "react";
import { CameraPicture } from "./camera-picture.ts";
import { usePreviewHub } from "./preview-hub.ts";
import type { ShownFrame } from "./shown-frame.ts";

interface CameraCanvasProps {
  nodeId: string;
  cameraId: string;
  /** Draws the picture back, because it is not of now. */
  dimmed: boolean;
  onShown: (shown: ShownFrame) => void;
}

/** A camera's newest picture with its boxes, filling its place. Watches only while it can be seen. */
export const CameraCanvas = memo(function CameraCanvas({
  nodeId,
  cameraId,
  dimmed,
  onShown,
}: CameraCanvasProps) {
  const hub = usePreviewHub();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const pictureRef = useRef<CameraPicture | null>(null);

  useEffect(() => {
    const canvas = canvasRef.current;
    if (canvas === null) return;
    const picture = new CameraPicture(canvas, onShown);
    pictureRef.current = picture;
    const resize = new ResizeObserver(() =>
      picture.resize(canvas.clientWidth, canvas.clientHeight),
    );
    resize.observe(canvas);
    let unwatch: (() => void) | null = null;
    const sight = new IntersectionObserver(([entry]) => {
      unwatch?.();
      unwatch = entry?.isIntersecting
        ? hub.watch({ nodeId, cameraId }, (frame, fresh) => picture.push(frame, fresh))
        : null;
    });
    sight.observe(canvas);
    return () => {
      sight.disconnect();
      resize.disconnect();
      unwatch?.();
      picture.stop();
      pictureRef.current = null;
    };
  }, [hub, nodeId, cameraId, onShown]);

  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    pictureRef.current?.point({ x: event.clientX - bounds.left, y: event.clientY - bounds.top });
  };

  return (
    <canvas
      ref={canvasRef}
      onPointerMove={point}
      onPointerLeave={() => pictureRef.current?.point(null)}
      className={clsx("absolute inset-0 size-full", dimmed && "opacity-50 grayscale")}
    />
  );
});
