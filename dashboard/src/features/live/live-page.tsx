import { Cctv } from "lucide-react";
import { cameraKey } from "../../connection/api.ts";
import { plural } from "../../format/amount.ts";
import { Message } from "../../ui/message.tsx";
import { QueryFailed } from "../../ui/query-failed.tsx";
import { TopBarSlot } from "../../ui/top-bar-slot.tsx";
import { useStandingError } from "../../ui/use-standing-error.ts";
import { CameraGrid } from "./camera-grid.tsx";
import { CameraTile, TileSkeleton } from "./camera-tile.tsx";
import { aspectOf } from "./grid-columns.ts";
import { useCameras } from "./use-cameras.ts";

const SKELETONS = ["first", "second", "third", "fourth"];

/** All cameras at once, for looking around. */
export function LivePage() {
  const query = useCameras();
  const { data: cameras, refetch } = query;
  const error = useStandingError(query);
  if (cameras === undefined) {
    if (error !== null)
      return (
        <QueryFailed
          what="The cameras"
          error={error}
          stillWorks="They go on being watched at their nodes, and every event is kept there."
          onRetry={() => void refetch()}
        />
      );
    return (
      <CameraGrid aspects={SKELETONS.map(() => 16 / 9)}>
        {({ pictureHeight }) =>
          SKELETONS.map((key) => <TileSkeleton key={key} pictureHeight={pictureHeight} />)
        }
      </CameraGrid>
    );
  }
  if (cameras.length === 0)
    return (
      <Message icon={<Cctv />} title="No cameras yet">
        <p>
          A camera appears here as soon as its node tells of it. Name cameras in the agent's
          configuration, or start with one of your own:
        </p>
        <code className="mt-2 inline-block rounded-sm border bg-panel px-2 py-1 text-xs text-ink">
          npm start -- --camera rtsp://…
        </code>
      </Message>
    );
  const live = cameras.filter((camera) => camera.nodeOnline && camera.state === "live").length;
  return (
    <>
      <TopBarSlot>
        <span className="truncate text-dim">
          {live === cameras.length
            ? `${plural(cameras.length, "camera")}, all live`
            : `${live} of ${plural(cameras.length, "camera")} live`}
        </span>
      </TopBarSlot>
      <CameraGrid aspects={cameras.map(aspectOf)}>
        {(layout) =>
          cameras.map((camera) => (
            <CameraTile key={cameraKey(camera)} camera={camera} layout={layout} />
          ))
        }
      </CameraGrid>
    </>
  );
}
