import { useParams } from "@tanstack/react-router";
import { CameraPage } from "../features/live/camera-page.tsx";

/** `/live/$nodeId/$cameraId`. */
export function CameraRoute() {
  const { nodeId, cameraId } = useParams({ from: "/live/$nodeId/$cameraId" });
  return <CameraPage nodeId={nodeId} cameraId={cameraId} />;
}
