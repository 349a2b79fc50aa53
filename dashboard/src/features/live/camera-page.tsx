import { Link } from "@tanstack/react-router";
import { Cctv } from "lucide-react";
import { cameraKey } from "../../connection/api.ts";
import { buttonClass } from "../../ui/button.tsx";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { CameraView } from "./camera-view.tsx";
import { useCameras } from "./use-cameras.ts";

/** The view of the camera that the address names. */
export function CameraPage({ nodeId, cameraId }: { nodeId: string; cameraId: string }) {
  const query = useCameras();
  const { data: cameras, refetch } = query;
  const error = useStandingError(query);
  if (cameras === undefined) {
    if (error === null) return <CameraPageSkeleton />;
    return (
      <QueryFailed
        what="The cameras"
        error={error}
        stillWorks="They go on being watched at their nodes, and every event is kept there."
        onRetry={() => void refetch()}
      />
    );
  }
  const key = cameraKey({ nodeId, cameraId });
  const at = cameras.findIndex((camera) => cameraKey(camera) === key);
  const camera = cameras[at];
  if (camera === undefined)
    return (
      <Message
        icon={<Cctv />}
        title="This camera is not known"
        action={
          <Link to="/live" className={buttonClass()}>
            All cameras
          </Link>
        }
      >
        No node tells of a camera {cameraId} at {nodeId}. It may have been removed or renamed.
      </Message>
    );
  const previous = cameras.at(at - 1) ?? camera;
  const next = cameras[(at + 1) % cameras.length] ?? camera;
  return <CameraView key={key} camera={camera} previous={previous} next={next} />;
}

function CameraPageSkeleton() {
  return (
    <div aria-hidden="true" className="flex h-full flex-col lg:flex-row">
      <div className="flex shrink-0 flex-col bg-panel lg:flex-1">
        <div className="bg-letterbox max-lg:aspect-video lg:flex-1" />
        <div className="h-8" />
      </div>
      <div className="p-3 lg:w-[360px] lg:border-l">
        <div className="skeleton h-20" />
      </div>
    </div>
  );
}
